import { useApi } from '../../api/hooks';
import { useFormat } from '../../i18n';
import { useWords } from '../../images/words';
import { Chip, Progress } from '../../ui';

// The batch that the list is of: its title, and how far it is.
export function BatchHead({ id }: { id: string }) {
  const t = useWords();
  const format = useFormat();
  const batch = useApi('/api/v1/batches/{id}', { path: { id } }, { retry: false }).data?.batch;
  if (!batch) return <div className="images-batch" />;
  const finished = batch.completed + batch.failed + batch.cancelled;
  return (
    <section className="images-batch card" aria-label={t('filter.batch')}>
      <h2 className="cut">{batch.title}</h2>
      <p className="soft number" role="status">
        {t('batch.progress', { finished: format.number(finished), total: format.number(batch.total) })}
      </p>
      {batch.failed > 0 && (
        <Chip tone="red" sign="❌">
          {t('batch.failed', { count: batch.failed })}
        </Chip>
      )}
      <Progress value={batch.total ? finished / batch.total : 0} label={batch.title} tone={finished < batch.total ? undefined : batch.failed ? 'red' : 'green'} />
    </section>
  );
}
