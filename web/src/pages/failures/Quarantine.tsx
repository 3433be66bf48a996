// Photos that crashed their runner twice, and are not run any more until somebody releases them.
import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { Button, ErrorNotice, Table, Time, toast, toastError } from '../../ui';
import { useFailureWords } from './words';

interface Content {
  sha256: string;
  crashes: number;
  last_at: string;
  image_ids: number[];
}

export function Quarantine() {
  const t = useFailureWords();
  const can = useCan();
  const list = useApi('/api/v1/quarantine', { query: { limit: 50 } });
  const release = useChange((sha256: string) => call('delete', '/api/v1/quarantine/{sha256}', { path: { sha256 } }), '/api/v1/quarantine', '/api/v1/failures');
  // Releasing alone runs nothing; the way back into the queue is offered at once.
  const retry = useChange((ids: number[]) => call('post', '/api/v1/jobs/actions', { body: { action: 'retry', filter: { image_ids: ids, state: 'failed' }, dry_run: false } }), '/api/v1/jobs', '/api/v1/failures', '/api/v1/images');
  const free = (content: Content, again: boolean) =>
    release.mutate(content.sha256, {
      onSuccess: () => {
        if (!again) return toast(t('released'));
        retry.mutate(content.image_ids, { onSuccess: (done) => toast(t('released.retried', { count: done.changed })), onError: toastError });
      },
      onError: toastError,
    });
  return (
    <section className="failures-quarantine" aria-labelledby="failures-quarantine">
      <h2 id="failures-quarantine">{t('quarantine')}</h2>
      <p className="soft">{t('quarantine.lead')}</p>
      {list.error && <ErrorNotice error={list.error} />}
      <Table<Content>
        caption={t('quarantine')}
        rows={list.data?.items}
        keyOf={(content) => content.sha256}
        skeletons={1}
        empty={<p className="soft failures-none">{t('quarantine.none')}</p>}
        columns={[
          {
            key: 'photos',
            title: t('column.photos'),
            cell: (content) => (
              <span className="failures-photos">
                {content.image_ids.slice(0, 4).map((id) => (
                  <Link key={id} to={`/images/${id}`}>
                    {t('photo.id', { id })}
                  </Link>
                ))}
                {content.image_ids.length > 4 && <span className="soft">+{content.image_ids.length - 4}</span>}
              </span>
            ),
          },
          { key: 'crashes', title: t('column.crashes'), end: true, cell: (content) => content.crashes },
          { key: 'last', title: t('column.last'), cell: (content) => <Time at={content.last_at} /> },
          { key: 'content', title: t('column.content'), className: 'failures-wide', cell: (content) => <span className="mono soft">{content.sha256.slice(0, 12)}</span> },
          ...(can('operate')
            ? [
                {
                  key: 'act',
                  title: t('column.actions'),
                  hidden: true,
                  end: true,
                  cell: (content: Content) => (
                    <span className="failures-release">
                      <Button busy={release.isPending && release.variables === content.sha256} onClick={() => free(content, false)}>
                        {t('release')}
                      </Button>
                      {content.image_ids.length > 0 && (
                        <Button icon="retry" disabled={release.isPending} onClick={() => free(content, true)}>
                          {t('release.retry')}
                        </Button>
                      )}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}
