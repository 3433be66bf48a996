// Tokens of programs: one's own, and for administrators those of all.
import './style.css';

import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { useQueryString } from '../../app/router';
import { useFormat } from '../../i18n';
import { ActDialog, Button, Chip, Empty, ErrorNotice, Page, Table, Tabs, Time, When, toast, useNow } from '../../ui';
import { NewToken } from './NewToken';
import { useWords } from './words';
import type { Token } from './words';

export default function TokensPage() {
  const t = useWords();
  const can = useCan();
  const now = useNow();
  const [search] = useQueryString();
  const all = search.get('user') === '*' && can('users');
  const tokens = useApi('/api/v1/tokens', all ? { query: { user: '*' } } : {});
  const [isNew, setNew] = useState(false);
  const [revoked, setRevoked] = useState<Token | null>(null);
  const create = (
    <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
      {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={create}>
      {can('users') && (
        <Tabs
          tabs={[
            { to: '/tokens', label: t('mine'), here: !all },
            { to: '/tokens?user=*', label: t('everybody'), here: all },
          ]}
        />
      )}
      {tokens.error && !tokens.data && <ErrorNotice error={tokens.error} onRetry={() => void tokens.refetch()} />}
      <Table
        caption={t('title')}
        rows={tokens.data?.items}
        keyOf={(token) => token.name}
        empty={
          <Empty icon="tokens" title={t('empty.title')} actions={create}>
            {t('empty.text')}
          </Empty>
        }
        columns={[
          {
            key: 'name',
            title: t('name'),
            cell: (token) => (
              <span className="line">
                <strong>{token.name}</strong>
                <span className="mono soft">…{token.last_four}</span>
              </span>
            ),
          },
          ...(all ? [{ key: 'user', title: t('user'), cell: (token: Token) => token.user }] : []),
          {
            key: 'scopes',
            title: t('scopes'),
            cell: (token) => (
              <span className="line tokens-scopes">
                {token.scopes.map((scope) => (
                  <Chip key={scope} title={scope}>
                    {t.maybe(`scope.${scope}`) ?? scope}
                  </Chip>
                ))}
              </span>
            ),
          },
          { key: 'used', title: t('used'), cell: (token) => (token.used_at ? <Time at={token.used_at} /> : <span className="soft">{t('used.never')}</span>) },
          {
            key: 'end',
            title: t('end'),
            className: 'wide-only',
            cell: (token) =>
              !token.expires_at ? <span className="soft">{t('end.never')}</span> : Date.parse(token.expires_at) <= now ? <Chip tone="red">{t('ended')}</Chip> : <When at={token.expires_at} />,
          },
          { key: 'created', title: t('created'), className: 'wide-only', cell: (token) => <Time at={token.created_at} /> },
          {
            key: 'revoke',
            title: t('revoke'),
            hidden: true,
            end: true,
            cell: (token) => (
              <Button kind="quiet" icon="trash" onClick={() => setRevoked(token)}>
                {t('revoke')}
              </Button>
            ),
          },
        ]}
      />
      {isNew && <NewToken onClose={() => setNew(false)} />}
      {revoked && <Revoke token={revoked} onClose={() => setRevoked(null)} />}
    </Page>
  );
}

// Says what would be cut off before it is.
function Revoke({ token, onClose }: { token: Token; onClose: () => void }) {
  const t = useWords();
  const format = useFormat();
  const revoke = useChange(() => call('delete', '/api/v1/tokens/{name}', { path: { name: token.name } }), '/api/v1/tokens', '/api/v1/audit');
  return (
    <ActDialog
      title={t('revoke.title', { name: token.name })}
      confirm={t('revoke')}
      danger
      onClose={onClose}
      onConfirm={async () => {
        await revoke.mutateAsync();
        toast(t('revoked', { name: token.name }));
      }}
    >
      <p>{token.used_at ? t('revoke.used', { when: format.relative(token.used_at) }) : t('revoke.unused')}</p>
      <p>{t('revoke.text')}</p>
    </ActDialog>
  );
}
