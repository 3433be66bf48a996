import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { usePath } from '../../app/router';
import { Chip, Field, Tabs } from '../../ui';
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
