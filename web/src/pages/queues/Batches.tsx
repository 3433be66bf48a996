// Batches with their progress; those that go on come first.
import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { Button, Chip, Time, toast, toastError } from '../../ui';
import { useQueueWords } from './words';

type Batch = Schemas['Batch'];

const countsOf = (batch: Batch) => ({ done: batch.completed, total: batch.total, failed: batch.failed, more: batch.counts_over_limit ? '+' : '' });

function Bar({ batch }: { batch: Batch }) {
  const t = useQueueWords();
  const parts = [['completed', batch.completed], ['failed', batch.failed], ['cancelled', batch.cancelled], ['running', batch.running]] as const;
  const text = t('batch.counts', countsOf(batch));
  return (
    <div className="queues-batch-bar" role="img" aria-label={text}>
      {parts.map(([name, count]) => count > 0 && <span key={name} data-part={name} style={{ width: `${(100 * count) / Math.max(1, batch.total)}%` }} />)}
    </div>
  );
}

export function Batches() {
  const t = useQueueWords();
  const format = useFormat();
  const can = useCan();
  const batches = useApi('/api/v1/batches', { query: { limit: 20 } });
  const seal = useChange((id: string) => call('post', '/api/v1/batches/{id}/seal', { path: { id }, body: {} }), '/api/v1/batches');
  const items = batches.data && [...batches.data.items].sort((a, b) => Number(a.state === 'completed') - Number(b.state === 'completed')).slice(0, 8);
  return (
    <section className="queues-section" aria-labelledby="queues-batches">
      <h2 id="queues-batches">{t('batches')}</h2>
      {items?.length === 0 && <p className="soft queues-none card">{t('batches.none')}</p>}
      {items && items.length > 0 && (
        <ul className="card queues-batches">
          {items.map((batch) => (
            <li key={batch.id}>
              <div className="queues-batch-head">
                <Link to={`/images?batch=${batch.id}`} className="cut">
                  {batch.title}
                </Link>
                <Chip tone={batch.state === 'completed' ? 'green' : batch.state === 'open' ? 'blue' : 'amber'}>{t(`batch.${batch.state}`)}</Chip>
                <span className="soft small">
                  {batch.owner} · <Time at={batch.created_at} />
                </span>
                <span className="number queues-batch-count">{t('batch.counts', countsOf(batch))}</span>
                {batch.state === 'open' && can('own', batch.owner) && (
                  <Button onClick={() => seal.mutate(batch.id, { onSuccess: () => toast(t('batch.was.sealed')), onError: toastError })}>{t('batch.seal')}</Button>
                )}
              </div>
              <Bar batch={batch} />
              <span className="unseen">{format.percent(batch.total ? (batch.total - batch.waiting - batch.running) / batch.total : 0)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
