// One endpoint: what it hears, its secret, its newest deliveries.
import './style.css';

import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { whenToLook } from '../../api/underWay';
import { Link, navigate } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { useFormat } from '../../i18n';
import { Back, Button, Chip, ErrorNotice, Facts, Menu, Notice, Page, Section, Skeleton, Table, Time, toast, toastError, useCommonWords } from '../../ui';
import { DeliveryChip } from '../../webhooks/DeliveryChip';
import { useWords } from '../../webhooks/words';
import type { Endpoint } from '../../webhooks/words';
import { DeleteEndpoint, RotateSecret } from './dialogs';
import { EndpointForm } from './EndpointForm';
import { LastAnswer, PausedNotice, usePaused } from './parts';

type Asked = 'edit' | 'rotate' | 'delete' | null;

export default function EndpointPage({ params }: PageProps) {
  const t = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const id = params.id!;
  const found = useApi('/api/v1/endpoints/{id}', { path: { id } });
  const paused = usePaused();
  const [asked, setAsked] = useState<Asked>(null);
  const endpoint = paused === undefined ? undefined : found.data?.endpoint;
  const turn = useChange((on: boolean) => (on ? call('post', '/api/v1/endpoints/{id}/enable', { path: { id }, body: {} }) : call('post', '/api/v1/endpoints/{id}/disable', { path: { id }, body: {} })), '/api/v1/endpoints', '/api/v1/deliveries');
  const test = useChange(() => call('post', '/api/v1/endpoints/{id}/test', { path: { id } }), '/api/v1/deliveries');
  const set = (on: boolean) => turn.mutate(on, { onSuccess: () => toast(t(on ? 'enabled' : 'disabled'), { undo: () => void turn.mutateAsync(!on).catch(toastError) }), onError: toastError });
  return (
    <>
      <Page
        title={endpoint?.description || endpoint?.url || t('endpoint')}
        actions={
          endpoint && (
            <>
              <Button icon={endpoint.enabled ? 'pause' : 'play'} busy={turn.isPending} onClick={() => set(!endpoint.enabled)}>
                {t(endpoint.enabled ? 'disable' : 'enable')}
              </Button>
              <Button
                kind="primary"
                busy={test.isPending}
                disabled={!endpoint.enabled}
                onClick={() =>
                  test.mutate(undefined, {
                    onSuccess: ({ delivery }) => {
                      toast(t('tested'));
                      navigate(`/webhooks/deliveries/${delivery.id}`);
                    },
                    onError: toastError,
                  })
                }
              >
                {t('test')}
              </Button>
              <Menu
                label={undefined}
                button={{ icon: 'more', 'aria-label': common('more') }}
                entries={[
                  { label: t('endpoint.edit'), icon: 'edit', onChoose: () => setAsked('edit') },
                  { label: t('rotate'), icon: 'retry', onChoose: () => setAsked('rotate') },
                  'line',
                  { label: t('delete'), icon: 'trash', danger: true, onChoose: () => setAsked('delete') },
                ]}
              />
            </>
          )
        }
      >
        <Back to="/webhooks/endpoints">{t('tab.endpoints')}</Back>
        {found.error && !endpoint && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {!endpoint && !found.error && <Skeleton height="12rem" />}
        {endpoint && (
          <>
            <PausedNotice queue={paused} />
            {!endpoint.enabled && <Notice tone="amber" title={t('disabled')}>{endpoint.disabled_reason}</Notice>}
            {endpoint.old_secret_until && Date.parse(endpoint.old_secret_until) > Date.now() && <Notice tone="blue">{t('old.secret', { when: format.dateTime(endpoint.old_secret_until) })}</Notice>}
            <div className="card card-body">
              <Facts
                of={[
                  [t('url'), <span key="url" className="mono webhooks-url">{endpoint.url}</span>],
                  [t('state'), endpoint.enabled ? <Chip tone="green" sign="●">{t('state.on')}</Chip> : <Chip tone="red" sign="⏸">{t('state.off')}</Chip>],
                  [t('events'), endpoint.events.length ? endpoint.events.map((event) => t(`event.${event}`)).join(' · ') : t('events.all')],
                  [t('made'), <Time key="made" at={endpoint.created_at} />],
                ]}
              />
            </div>
            <Newest endpoint={endpoint} />
          </>
        )}
      </Page>
      {endpoint && asked === 'edit' && <EndpointForm endpoint={endpoint} onClose={() => setAsked(null)} />}
      {endpoint && asked === 'rotate' && <RotateSecret id={id} onClose={() => setAsked(null)} />}
      {endpoint && asked === 'delete' && <DeleteEndpoint id={id} onClose={() => setAsked(null)} />}
    </>
  );
}

function Newest({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords();
  const deliveries = useApi('/api/v1/deliveries', { query: { endpoint: endpoint.id, limit: 10 } }, { refetchInterval: ({ state }) => whenToLook(state.data?.items) });
  return (
    <Section title={t('tab.deliveries')} flush actions={<Link className="button" to={`/webhooks?endpoint=${endpoint.id}`}>{t('tab.deliveries')}</Link>}>
      <Table
        caption={t('tab.deliveries')}
        rows={deliveries.data?.items}
        skeletons={2}
        keyOf={(delivery) => delivery.id}
        onOpen={(delivery) => navigate(`/webhooks/deliveries/${delivery.id}`)}
        empty={<p className="card-body soft">{t('deliveries.empty.title')}</p>}
        columns={[
          { key: 'type', title: t('type'), cell: (delivery) => <Link to={`/webhooks/deliveries/${delivery.id}`}>{t.maybe(`event.${delivery.type}`) ?? delivery.type}</Link> },
          { key: 'state', title: t('state'), cell: (delivery) => <DeliveryChip of={delivery} /> },
          { key: 'answer', title: t('answer'), cell: (delivery) => <LastAnswer of={delivery} /> },
          { key: 'time', title: t('time'), cell: (delivery) => <Time at={delivery.created_at} /> },
        ]}
      />
    </Section>
  );
}
