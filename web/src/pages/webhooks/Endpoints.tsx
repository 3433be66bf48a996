// Receivers of events.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { Link, navigate } from '../../app/router';
import { Button, Chip, Empty, ErrorNotice, Page, Skeleton, Table, Time } from '../../ui';
import { useWords } from '../../webhooks/words';
import { EndpointForm } from './EndpointForm';
import { PausedNotice, WebhookTabs, usePaused } from './parts';

export default function EndpointsPage() {
  const t = useWords();
  const endpoints = useApi('/api/v1/endpoints');
  const paused = usePaused();
  const [isNew, setNew] = useState(false);
  const create = (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      {t('endpoint.new')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={create}>
      <WebhookTabs />
      {paused === undefined ? (
        <Skeleton height="12rem" />
      ) : (
        <>
          <PausedNotice queue={paused} />
          {endpoints.error && !endpoints.data && <ErrorNotice error={endpoints.error} onRetry={() => void endpoints.refetch()} />}
          <Table
            caption={t('tab.endpoints')}
            rows={endpoints.data?.items}
            skeletons={3}
            keyOf={(endpoint) => endpoint.id}
            onOpen={(endpoint) => navigate(`/webhooks/endpoints/${endpoint.id}`)}
            empty={
              <Empty icon="webhooks" title={t('endpoint.empty.title')} actions={create}>
                {t('endpoint.empty.text')}
              </Empty>
            }
            columns={[
              {
                key: 'url',
                title: t('url'),
                cell: (endpoint) => (
                  <div className="webhooks-url">
                    <Link to={`/webhooks/endpoints/${endpoint.id}`}>{endpoint.url}</Link>
                    {endpoint.description && <p className="soft small">{endpoint.description}</p>}
                  </div>
                ),
              },
              { key: 'state', title: t('state'), cell: (endpoint) => (endpoint.enabled ? <Chip tone="green" sign="●">{t('state.on')}</Chip> : <Chip tone="red" sign="⏸" title={endpoint.disabled_reason ?? undefined}>{t('state.off')}</Chip>) },
              { key: 'events', title: t('events'), className: 'wide-only', cell: (endpoint) => (endpoint.events.length ? endpoint.events.map((event) => t(`event.${event}`)).join(' · ') : <span className="soft">{t('events.all')}</span>) },
              { key: 'made', title: t('made'), className: 'wide-only', cell: (endpoint) => <Time at={endpoint.created_at} /> },
            ]}
          />
        </>
      )}
      {isNew && <EndpointForm onClose={() => setNew(false)} />}
    </Page>
  );
}
