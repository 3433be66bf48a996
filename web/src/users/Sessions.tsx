import { call } from '../api/client';
import { useApi, useChange } from '../api/hooks';
import { Button, Chip, ErrorNotice, Table, Time, toast, toastError } from '../ui';
import { programOf } from './program';
import { useWords } from './words';

// Where somebody is logged in, and a way to end each.
export function Sessions({ name, own }: { name: string; own?: boolean }) {
  const t = useWords();
  const sessions = useApi('/api/v1/sessions', own ? {} : { query: { user: name } });
  const end = useChange((id: string) => call('delete', '/api/v1/sessions/{id}', { path: { id } }), '/api/v1/sessions');
  if (sessions.error && !sessions.data) return <ErrorNotice error={sessions.error} onRetry={() => void sessions.refetch()} />;
  return (
    <Table
      caption={t('sessions')}
      rows={sessions.data?.items}
      skeletons={2}
      keyOf={(session) => session.id}
      empty={<p className="card-body soft">{t('sessions.none', { name })}</p>}
      columns={[
        {
          key: 'agent',
          title: t('session.agent'),
          cell: (session) => (
            <span className="line">
              <span title={session.agent}>{programOf(session.agent)}</span>
              {session.current && <Chip tone="green">{t('session.this')}</Chip>}
            </span>
          ),
        },
        { key: 'from', title: t('session.from'), className: 'wide-only', cell: (session) => <span className="mono">{session.address}</span> },
        { key: 'began', title: t('session.began'), className: 'wide-only', cell: (session) => <Time at={session.created_at} /> },
        { key: 'seen', title: t('session.seen'), cell: (session) => <Time at={session.seen_at} /> },
        {
          key: 'end',
          title: t('session.end'),
          hidden: true,
          end: true,
          cell: (session) =>
            !session.current && (
              <Button
                kind="quiet"
                icon="logout"
                busy={end.isPending && end.variables === session.id}
                onClick={() => end.mutate(session.id, { onSuccess: () => toast(t('session.ended')), onError: toastError })}
              >
                {t('session.end')}
              </Button>
            ),
        },
      ]}
    />
  );
}
