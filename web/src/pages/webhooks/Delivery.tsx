// One delivery: what was sent, and every try with its answer.
import './style.css';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { whenToLook } from '../../api/underWay';
import { Link } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { Back, Button, Chip, CopyBlock, CopyButton, Duration, ErrorNotice, Facts, Notice, Page, Section, Skeleton, Table, Time, When, toast, toastError } from '../../ui';
import { DeliveryChip } from '../../webhooks/DeliveryChip';
import { useWords } from '../../webhooks/words';
import { LastAnswer, PausedNotice, Receiver, useEndpoints, usePaused } from './parts';

export default function DeliveryPage({ params }: PageProps) {
  const t = useWords();
  const id = params.id!;
  const endpoints = useEndpoints();
  const paused = usePaused();
  const found = useApi('/api/v1/deliveries/{id}', { path: { id } }, { refetchInterval: ({ state }) => whenToLook(state.data && [state.data.delivery]) });
  const replay = useChange(() => call('post', '/api/v1/deliveries/{id}/replay', { path: { id }, body: {} }), '/api/v1/deliveries');
  const delivery = paused === undefined ? undefined : found.data?.delivery;
  const isEnded = delivery && ['dead', 'delivered', 'superseded'].includes(delivery.state);
  return (
    <Page
      title={delivery ? (t.maybe(`event.${delivery.type}`) ?? delivery.type) : t('delivery')}
      actions={
        isEnded && (
          <Button kind="primary" icon="retry" busy={replay.isPending} onClick={() => replay.mutate(undefined, { onSuccess: () => toast(t('replayed')), onError: toastError })}>
            {t('replay')}
          </Button>
        )
      }
    >
      <Back to="/webhooks">{t('tab.deliveries')}</Back>
      {found.error && !delivery && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      {!delivery && !found.error && <Skeleton height="16rem" />}
      {delivery && (
        <>
          {delivery.state === 'waiting' && <PausedNotice queue={paused} />}
          {delivery.state === 'dead' && <Notice tone="red" title={t('delivery.dead')}>{t('help.dead')}</Notice>}
          <div className="card card-body">
            <Facts
              of={[
                [t('state'), <DeliveryChip key="state" of={delivery} />],
                [t('receiver'), <Receiver key="receiver" of={delivery} endpoints={endpoints} />],
                [t('image'), delivery.image_id !== null && <Link key="image" to={`/images/${delivery.image_id}`}>{t('image.of', { id: delivery.image_id })}</Link>],
                [t('answer'), <LastAnswer key="answer" of={delivery} />],
                [t('next'), delivery.state === 'waiting' && delivery.next_try_at && <When key="next" at={delivery.next_try_at} />],
                [t('time'), <Time key="time" at={delivery.created_at} />],
                [t('finished'), delivery.finished_at && <Time key="finished" at={delivery.finished_at} />],
                [t('format'), t(`format.${delivery.format}`)],
                [
                  'webhook-id',
                  <span className="line" key="id">
                    <span className="mono">{delivery.id}</span>
                    <CopyButton text={delivery.id} quiet />
                  </span>,
                ],
              ]}
            />
          </div>
          <Section title={t('tries.title')} flush>
            <Table
              caption={t('tries.title')}
              rows={found.data?.tries}
              keyOf={(attempt) => attempt.number}
              empty={<p className="card-body soft">{t('tries.none')}</p>}
              columns={[
                { key: 'number', title: t('try.number'), end: true, cell: (attempt) => attempt.number },
                { key: 'at', title: t('try.at'), cell: (attempt) => <Time at={attempt.started_at} /> },
                { key: 'took', title: t('try.took'), end: true, className: 'wide-only', cell: (attempt) => <Duration seconds={attempt.seconds} /> },
                {
                  key: 'answer',
                  title: t('try.answer'),
                  cell: (attempt) => (
                    <span className="line">
                      {attempt.status === null ? <Chip tone="red">{t('answer.none')}</Chip> : <Chip tone={attempt.status >= 200 && attempt.status < 300 ? 'green' : 'red'}>{attempt.status}</Chip>}
                      {attempt.error && attempt.error !== `HTTP ${attempt.status}` && <span className="soft small">{attempt.error}</span>}
                    </span>
                  ),
                },
                { key: 'excerpt', title: t('try.excerpt'), cell: (attempt) => (attempt.excerpt ? <code className="webhooks-excerpt">{attempt.excerpt}</code> : <span className="soft">–</span>) },
              ]}
            />
          </Section>
          <Section title={t('body')} flush>
            <CopyBlock label={t('body')} text={JSON.stringify(delivery.body, null, 2)} />
          </Section>
        </>
      )}
    </Page>
  );
}
