import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, usePath } from '../../app/router';
import { Button, Chip, Field, Notice, Tabs, toast, toastError } from '../../ui';
import { useWords } from '../../webhooks/words';
import type { Delivery, Endpoint } from '../../webhooks/words';

export function WebhookTabs() {
  const t = useWords();
  const can = useCan();
  const path = usePath();
  if (!can('admin')) return null;
  const isEndpoints = path.startsWith('/webhooks/endpoints');
  return (
    <Tabs
      tabs={[
        { to: '/webhooks', label: t('tab.deliveries'), here: !isEndpoints },
        { to: '/webhooks/endpoints', label: t('tab.endpoints'), here: isEndpoints },
      ]}
    />
  );
}

// The queue of deliveries while it is paused, null while they go out, undefined while that is not known: a page waits for it, so that nothing moves then.
export function usePaused(): Schemas['Queue'] | null | undefined {
  const queues = useApi('/api/v1/queues', {});
  const queue = queues.data?.items.find((each) => each.name === 'webhooks');
  return queue?.paused ? queue : queues.isPending ? undefined : null;
}

// Why what waits is not sent.
export function PausedNotice({ queue }: { queue: Schemas['Queue'] | null | undefined }) {
  const t = useWords();
  const can = useCan();
  const resume = useChange(() => call('post', '/api/v1/queues/{name}/resume', { path: { name: 'webhooks' }, body: {} }), '/api/v1/queues', '/api/v1/deliveries');
  if (!queue) return null;
  const who = queue.paused_by ?? '';
  return (
    <Notice
      tone="amber"
      title={t('paused.title')}
      actions={
        <>
          {can('queues') && (
            <Button icon="play" busy={resume.isPending} onClick={() => resume.mutate(undefined, { onSuccess: () => toast(t('resumed')), onError: toastError })}>
              {t('resume')}
            </Button>
          )}
          <Link className="button" to="/queues?queue=webhooks">
            {t('paused.queue')}
          </Link>
        </>
      }
    >
      <p>{queue.pause_reason ? t('paused.why', { who, reason: queue.pause_reason }) : t('paused.by', { who })}</p>
      <p>{t('paused.text')}</p>
    </Notice>
  );
}

// Endpoints by their id; operators do not see them, and get none.
export function useEndpoints(): ReadonlyMap<string, Endpoint> {
  const can = useCan();
  const endpoints = useApi('/api/v1/endpoints', {}, { enabled: can('admin') });
  return new Map(endpoints.data?.items.map((endpoint) => [endpoint.id, endpoint]));
}

export function Receiver({ of: { receiver }, endpoints }: { of: Delivery; endpoints: ReadonlyMap<string, Endpoint> }) {
  const t = useWords();
  if (receiver.kind === 'site') return <span>{t('receiver.site', { name: receiver.name ?? '' })}</span>;
  const url = receiver.url ?? endpoints.get(receiver.id ?? '')?.url;
  return <span className="webhooks-url">{url ?? `${t('endpoint')} ${receiver.id?.slice(-8) ?? ''}`}</span>;
}

// One endpoint, or all; nothing where there are none to choose.
export function ReceiverField({ endpoints, value, onChange }: { endpoints: ReadonlyMap<string, Endpoint>; value: string; onChange: (id: string) => void }) {
  const t = useWords();
  if (!endpoints.size) return null;
  return (
    <Field label={t('receiver')}>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('receiver.all')}</option>
        {[...endpoints.values()].map((endpoint) => (
          <option key={endpoint.id} value={endpoint.id}>
            {endpoint.description || endpoint.url}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function LastAnswer({ of }: { of: Delivery }) {
  const t = useWords();
  if (of.tries === 0) return <span className="soft">–</span>;
  const isGood = of.last_status !== null && of.last_status >= 200 && of.last_status < 300;
  return (
    <span className="line">
      {of.last_status !== null ? <Chip tone={isGood ? 'green' : 'red'}>{of.last_status}</Chip> : <Chip tone="red">{t('answer.none')}</Chip>}
      {of.last_error && !isGood && of.last_error !== `HTTP ${of.last_status}` && <span className="soft small webhooks-error">{of.last_error}</span>}
    </span>
  );
}
