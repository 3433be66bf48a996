// The users: who may log in, with which role, and how much room their photos take.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { useMe } from '../../api/session';
import { Link, navigate } from '../../app/router';
import { Button, Chip, ErrorNotice, Page, Section, Table, Time } from '../../ui';
import { Storage } from '../../users/Storage';
import { roles, toneOf, useWords } from '../../users/words';
import { NewUser } from './NewUser';

const addressOf = (name: string) => `/users/${encodeURIComponent(name)}`;

export default function UsersPage() {
  const t = useWords();
  const me = useMe();
  const users = useApi('/api/v1/users');
  const sessions = useApi('/api/v1/sessions', { query: { user: '*' } });
  const [isNew, setNew] = useState(false);
  const seen = new Map<string, string>();
  for (const session of sessions.data?.items ?? []) {
    if (session.seen_at > (seen.get(session.user) ?? '')) seen.set(session.user, session.seen_at);
  }
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button kind="primary" icon="plus" onClick={() => setNew(true)}>
          {t('new')}
        </Button>
      }
    >
      {users.error && !users.data && <ErrorNotice error={users.error} onRetry={() => void users.refetch()} />}
      <Table
        caption={t('title')}
        rows={users.data?.items}
        keyOf={(user) => user.name}
        onOpen={(user) => navigate(addressOf(user.name))}
        columns={[
          {
            key: 'name',
            title: t('name'),
            cell: (user) => (
              <span className="line">
                <Link to={addressOf(user.name)}>{user.name}</Link>
                {user.name === me.name && <Chip>{t('you')}</Chip>}
                {user.disabled && <Chip tone="red" sign="⏸">{t('state.disabled')}</Chip>}
              </span>
            ),
          },
          { key: 'role', title: t('role'), cell: (user) => <Chip tone={toneOf[user.role]}>{t(`role.${user.role}`)}</Chip> },
          { key: 'storage', title: t('storage'), cell: (user) => <Storage of={user} /> },
          { key: 'seen', title: t('seen'), className: 'wide-only', cell: (user) => (seen.has(user.name) ? <Time at={seen.get(user.name)} /> : <span className="soft">{t('seen.never')}</span>) },
          { key: 'since', title: t('since'), className: 'wide-only', cell: (user) => <Time at={user.created_at} /> },
        ]}
      />
      <Section title={t('roles.title')} flush>
        <dl className="users-roles">
          {roles.map((role) => (
            <div key={role} className="card card-body">
              <dt>
                <Chip tone={toneOf[role]}>{t(`role.${role}`)}</Chip>
              </dt>
              <dd>{t(`what.${role}`)}</dd>
            </div>
          ))}
        </dl>
      </Section>
      {isNew && <NewUser onClose={() => setNew(false)} />}
    </Page>
  );
}
