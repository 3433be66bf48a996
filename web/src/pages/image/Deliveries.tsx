// Who was told of this photo's result: each delivery with its tries, and a way to send it again.
import { useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { whenToLook } from '../../api/underWay';
import { Button, Duration, ErrorNotice, Skeleton, Time, toast, toastError, When } from '../../ui';
import { DeliveryChip } from '../../webhooks/DeliveryChip';
import { useImageWords } from './words';

type Delivery = Schemas['Delivery'];

const receiverOf = ({ receiver }: Delivery) => receiver.name ?? receiver.url ?? receiver.id ?? receiver.kind;

function Tries({ id }: { id: string }) {
  const t = useImageWords();
  const delivery = useApi('/api/v1/deliveries/{id}', { path: { id } }, { refetchInterval: ({ state }) => whenToLook(state.data && [state.data.delivery]) });
  if (delivery.error) return <ErrorNotice error={delivery.error} />;
  if (!delivery.data) return <Skeleton height="3rem" />;
  if (!delivery.data.tries.length) return <p className="soft small">{t('delivery.no.tries')}</p>;
  return (
    <ol className="image-tries">
      {delivery.data.tries.map((one) => (
        <li key={`${one.number}-${one.started_at}`}>
          <b>{t('delivery.try', { number: one.number })}</b>
          <span className="number">{one.status ?? t('delivery.no.answer')}</span>
          <span className="soft small">
            <Time at={one.started_at} /> · <Duration seconds={one.seconds} />
          </span>
          {one.error && (
            <span className="small" lang="en">
              {one.error}
            </span>
          )}
          {one.excerpt && <pre className="image-excerpt">{one.excerpt}</pre>}
        </li>
      ))}
    </ol>
  );
}

function One({ delivery }: { delivery: Delivery }) {
  const t = useImageWords();
  const [open, setOpen] = useState(false);
  const replay = useChange((id: string) => call('post', '/api/v1/deliveries/{id}/replay', { path: { id }, body: {} }), '/api/v1/deliveries', '/api/v1/events');
  const done = delivery.state === 'delivered' || delivery.state === 'dead';
  return (
    <li className="image-delivery">
      <div className="image-delivery-head">
        <DeliveryChip of={delivery} />
        <b className="cut">{receiverOf(delivery)}</b>
        <span className="soft small">{delivery.type}</span>
        {done && (
          <Button
            icon="retry"
            busy={replay.isPending}
            onClick={() =>
              replay.mutate(delivery.id, {
                onSuccess: () => toast(t('delivery.replayed')),
                onError: toastError,
              })
            }
          >
            {t('delivery.replay')}
          </Button>
        )}
      </div>
      <p className="soft small">
        {t('delivery.tries', { count: delivery.tries })} · <Time at={delivery.created_at} />
        {delivery.next_try_at && (
          <>
            {' '}
            · {t('delivery.next')} <When at={delivery.next_try_at} />
          </>
        )}
      </p>
      {delivery.last_error && delivery.state !== 'delivered' && (
        <p className="small image-delivery-error" lang="en">
          {delivery.last_error}
        </p>
      )}
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('delivery.show')}</summary>
        {open && <Tries id={delivery.id} />}
      </details>
    </li>
  );
}

export function Deliveries({ imageId }: { imageId: number }) {
  const t = useImageWords();
  const deliveries = useApi('/api/v1/deliveries', { query: { image: imageId, limit: 20 } }, { refetchInterval: ({ state }) => whenToLook(state.data?.items) });
  return (
    <section className="card card-body image-card" aria-labelledby="image-deliveries">
      <div className="image-card-head">
        <h2 id="image-deliveries">{t('deliveries')}</h2>
      </div>
      {deliveries.error ? (
        <ErrorNotice error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : !deliveries.data ? (
        <Skeleton height="2.5rem" />
      ) : deliveries.data.items.length ? (
        <ol className="image-deliveries">
          {deliveries.data.items.map((delivery) => (
            <One key={delivery.id} delivery={delivery} />
          ))}
        </ol>
      ) : (
        <p className="soft">{t('deliveries.none')}</p>
      )}
    </section>
  );
}
