// What was told to whom: deliveries with filters, and sending many of them again.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { Link, navigate, useQueryString } from '../../app/router';
import { dayEnd, dayStart } from '../../i18n/days';
import { Button, DateSpan, Empty, ErrorNotice, Field, Page, Pager, Skeleton, Table, Time, When } from '../../ui';
import { DeliveryChip } from '../../webhooks/DeliveryChip';
import { events, states, useWords } from '../../webhooks/words';
import type { DeliveryState } from '../../webhooks/words';
import { LastAnswer, PausedNotice, Receiver, ReceiverField, WebhookTabs, useEndpoints, usePaused } from './parts';
import { Replay } from './Replay';

export default function DeliveriesPage() {
  const t = useWords();
  const endpoints = useEndpoints();
  const paused = usePaused();
  const [search, change] = useQueryString();
  const [replaying, setReplaying] = useState(false);
  const get = (name: string) => search.get(name) ?? '';
  const before = Number(get('before')) || undefined;
  const deliveries = useApi(
    '/api/v1/deliveries',
    {
      query: {
        limit: 50,
        ...(get('state') ? { state: get('state') as DeliveryState } : {}),
        ...(get('type') ? { type: get('type') } : {}),
        ...(get('endpoint') ? { endpoint: get('endpoint') } : {}),
        ...(Number(get('image')) ? { image: Number(get('image')) } : {}),
        ...(get('from') ? { created_from: dayStart(get('from')) } : {}),
        ...(get('to') ? { created_before: dayEnd(get('to')) } : {}),
        ...(before ? { before } : {}),
      },
    },
    { refetchInterval: before ? false : 5000 }, // tries are no events
  );
  const isFiltered = ['state', 'type', 'endpoint', 'image', 'from', 'to'].some((name) => get(name) !== '');
  const put = (name: string, value: string) => change({ [name]: value || null, before: null });
  const set = (name: string) => (event: { target: { value: string } }) => put(name, event.target.value);
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button icon="retry" onClick={() => setReplaying(true)}>
          {t('replay.many')}
        </Button>
      }
    >
      <WebhookTabs />
      {paused === undefined ? (
        <Skeleton height="16rem" />
      ) : (
        <>
          <PausedNotice queue={paused} />
          <div className="filters">
            <Field label={t('state')}>
              <select value={get('state')} onChange={set('state')}>
                <option value="">{t('delivery.all')}</option>
                {states.map((state) => (
                  <option key={state} value={state}>
                    {t(`delivery.${state}`)}
                  </option>
                ))}
              </select>
            </Field>
            <Field label={t('type')}>
              <select value={get('type')} onChange={set('type')}>
                <option value="">{t('type.all')}</option>
                {[...events, 'endpoint.test' as const].map((event) => (
                  <option key={event} value={event}>
                    {t(`event.${event}`)}
                  </option>
                ))}
              </select>
            </Field>
            <ReceiverField endpoints={endpoints} value={get('endpoint')} onChange={(id) => put('endpoint', id)} />
            <DateSpan from={get('from')} to={get('to')} onFrom={(day) => put('from', day)} onTo={(day) => put('to', day)} />
            {isFiltered && (
              <Button kind="quiet" icon="close" onClick={() => change({ state: null, type: null, endpoint: null, image: null, from: null, to: null, before: null })}>
                {t('filters.clear')}
              </Button>
            )}
          </div>
          {deliveries.error && !deliveries.data && <ErrorNotice error={deliveries.error} onRetry={() => void deliveries.refetch()} />}
          <Table
            caption={t('tab.deliveries')}
            rows={deliveries.data?.items}
            keyOf={(delivery) => delivery.id}
            onOpen={(delivery) => navigate(`/webhooks/deliveries/${delivery.id}`)}
            empty={
              isFiltered ? (
                <Empty icon="filter" title={t('deliveries.none.title')} />
              ) : (
                <Empty icon="webhooks" title={t('deliveries.empty.title')}>
                  {t('deliveries.empty.text')}
                </Empty>
              )
            }
            columns={[
              { key: 'type', title: t('type'), cell: (delivery) => <Link to={`/webhooks/deliveries/${delivery.id}`}>{t.maybe(`event.${delivery.type}`) ?? delivery.type}</Link> },
              { key: 'state', title: t('state'), cell: (delivery) => <DeliveryChip of={delivery} /> },
              { key: 'receiver', title: t('receiver'), className: 'wide-only', cell: (delivery) => <Receiver of={delivery} endpoints={endpoints} /> },
              { key: 'image', title: t('image'), className: 'wide-only', cell: (delivery) => (delivery.image_id === null ? <span className="soft">–</span> : <Link to={`/images/${delivery.image_id}`}>{t('image.of', { id: delivery.image_id })}</Link>) },
              { key: 'tries', title: t('tries'), end: true, className: 'wide-only', cell: (delivery) => delivery.tries },
              { key: 'answer', title: t('answer'), cell: (delivery) => <LastAnswer of={delivery} /> },
              { key: 'next', title: t('next'), className: 'wide-only', cell: (delivery) => (delivery.next_try_at && delivery.state === 'waiting' ? <When at={delivery.next_try_at} /> : <span className="soft">–</span>) },
              { key: 'time', title: t('time'), cell: (delivery) => <Time at={delivery.created_at} /> },
            ]}
          />
          <Pager cursor={before ? String(before) : null} next={deliveries.data?.next_before ? String(deliveries.data.next_before) : null} onGo={(next) => change({ before: next }, { push: true })} />
        </>
      )}
      {replaying && <Replay endpoint={get('endpoint')} from={get('from')} to={get('to')} state={get('state')} endpoints={endpoints} onClose={() => setReplaying(false)} />}
    </Page>
  );
}
