// One user: role, storage, sessions, tokens, and the way out.
import './style.css';

import { useEffect, useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useMe } from '../../api/session';
import { Link } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { Back, Button, Chip, ErrorNotice, Facts, Page, Section, Skeleton, Table, Time, toast, toastError } from '../../ui';
import { Sessions } from '../../users/Sessions';
import { Storage } from '../../users/Storage';
import { toneOf, useWords } from '../../users/words';
import type { Role, User } from '../../users/words';
import { DeleteUser, QuotaDialog, ResetPassword } from './dialogs';
import { RoleChoice } from './RoleChoice';

type Asked = 'quota' | 'password' | 'delete' | null;

export default function UserPage({ params }: PageProps) {
  const t = useWords();
  const me = useMe();
  const name = params.name!;
  const found = useApi('/api/v1/users/{name}', { path: { name } });
  const [asked, setAsked] = useState<Asked>(null);
  const user = found.data?.user;
  const close = () => setAsked(null);
  return (
    <>
      <Page title={name} actions={
          user && (
            <>
              {me.name === name && <Link className="button" to="/account">{t('mine')}</Link>}
              <Link className="button" to={`/audit?actor=${encodeURIComponent(name)}`}>{t('audit', { name })}</Link>
            </>
          )
        }>
        <Back to="/users">{t('title')}</Back>
        {found.error && !user && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {!user && !found.error && <Skeleton height="16rem" />}
        {user && (
          <>
            <div className="card card-body">
              <Facts
                of={[
                  [t('role'), <Chip key="role" tone={toneOf[user.role]}>{t(`role.${user.role}`)}</Chip>],
                  [t('state'), user.disabled ? <Chip tone="red" sign="⏸">{t('state.disabled')}</Chip> : <Chip tone="green" sign="✓">{t('state.active')}</Chip>],
                  [
                    t('storage'),
                    <span className="line" key="storage">
                      <Storage of={user} />
                      <Button kind="quiet" icon="edit" onClick={() => setAsked('quota')}>
                        {t('quota.change')}
                      </Button>
                    </span>,
                  ],
                  [t('since'), <Time key="since" at={user.created_at} />],
                ]}
              />
            </div>
            {me.name !== name && <RoleSection user={user} />}
            <Section title={t('sessions')} lead={t('sessions.lead', { name })} flush>
              <Sessions name={name} />
            </Section>
            <TokensSection name={name} />
            {me.name !== name && <AccessSection user={user} onAsk={setAsked} />}
          </>
        )}
      </Page>
      {user && asked === 'quota' && <QuotaDialog user={user} onClose={close} />}
      {user && asked === 'password' && <ResetPassword name={name} onClose={close} />}
      {user && asked === 'delete' && <DeleteUser name={name} onClose={close} />}
    </>
  );
}

const useUserChange = (name: string) =>
  useChange((body: Schemas['UserChange']) => call('patch', '/api/v1/users/{name}', { path: { name }, body }), '/api/v1/users', '/api/v1/sessions', '/api/v1/audit');

function RoleSection({ user }: { user: User }) {
  const t = useWords();
  const [role, setRole] = useState<Role>(user.role);
  useEffect(() => setRole(user.role), [user.role]);
  const change = useUserChange(user.name);
  const save = async () => {
    const before = user.role;
    try {
      await change.mutateAsync({ role });
      toast(t('role.changed', { name: user.name, role: t(`role.${role}`) }), { undo: () => void change.mutateAsync({ role: before }).catch(toastError) });
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Section title={t('role.change')}>
      <div className="users-role">
        <RoleChoice role={role} onChange={setRole} columns />
        <span className="line">
          <Button kind="primary" disabled={role === user.role} busy={change.isPending} onClick={() => void save()}>
            {t('role.save')}
          </Button>
          <span className="soft small">{t('role.note', { name: user.name })}</span>
        </span>
      </div>
    </Section>
  );
}

function TokensSection({ name }: { name: string }) {
  const t = useWords();
  const tokens = useApi('/api/v1/tokens', { query: { user: name } });
  return (
    <Section title={t('tokens')} flush actions={<Link className="button" to="/tokens?user=*">{t('tokens.manage')}</Link>}>
      <Table
        caption={t('tokens')}
        rows={tokens.data?.items}
        skeletons={1}
        keyOf={(token) => token.name}
        empty={<p className="card-body soft">{t('tokens.none', { name })}</p>}
        columns={[
          { key: 'name', title: t('name'), cell: (token) => token.name },
          { key: 'scopes', title: t('access'), cell: (token) => <span className="mono">{token.scopes.join(' ')}</span> },
          { key: 'seen', title: t('seen'), cell: (token) => <Time at={token.used_at} /> },
        ]}
      />
    </Section>
  );
}

function AccessSection({ user, onAsk }: { user: User; onAsk: (asked: Asked) => void }) {
  const t = useWords();
  const change = useUserChange(user.name);
  const turn = (disabled: boolean) =>
    change.mutate(
      { disabled },
      { onSuccess: () => toast(t(disabled ? 'disabled' : 'enabled', { name: user.name }), { undo: () => void change.mutateAsync({ disabled: !disabled }).catch(toastError) }), onError: toastError },
    );
  return (
    <Section title={t('access')}>
      <div className="users-access">
        <p className="soft">{t('password.reset.text', { name: user.name })}</p>
        <Button icon="tokens" onClick={() => onAsk('password')}>
          {t('password.reset')}
        </Button>
      </div>
      <div className="users-access">
        <p className="soft">{t('disable.text')}</p>
        <Button icon={user.disabled ? 'play' : 'pause'} busy={change.isPending} onClick={() => turn(!user.disabled)}>
          {t(user.disabled ? 'enable' : 'disable')}
        </Button>
      </div>
      <div className="users-access">
        <p className="soft">{t('delete.short')}</p>
        <Button icon="trash" kind="danger" onClick={() => onAsk('delete')}>
          {t('delete')}
        </Button>
      </div>
    </Section>
  );
}
