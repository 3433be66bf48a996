import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { navigate } from '../../app/router';
import { ActDialog, Field, SecretDialog, toast, toastError } from '../../ui';
import { useWords } from '../../users/words';
import type { User } from '../../users/words';
import { quotaFrom, quotaText } from './quota';

export function QuotaDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useWords();
  const [text, setText] = useState(quotaText(user.byte_quota));
  const bytes = quotaFrom(text);
  const change = useChange((byte_quota: number | null) => call('patch', '/api/v1/users/{name}', { path: { name: user.name }, body: { byte_quota } }), '/api/v1/users');
  return (
    <ActDialog
      title={t('quota.change')}
      confirm={t('quota.change')}
      disabled={bytes === undefined}
      onClose={onClose}
      onConfirm={async () => {
        await change.mutateAsync(bytes ?? null);
        toast(t('quota.changed', { name: user.name }), { undo: () => void change.mutateAsync(user.byte_quota).catch(toastError) });
      }}
    >
      <Field label={t('quota')} hint={t('quota.hint')} fault={bytes === undefined ? t('quota.bad') : null}>
        <input value={text} onChange={(event) => setText(event.target.value)} inputMode="decimal" autoComplete="off" autoFocus />
      </Field>
    </ActDialog>
  );
}

export function ResetPassword({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useWords();
  const [password, setPassword] = useState<string | null>(null);
  const reset = useChange(() => call('patch', '/api/v1/users/{name}', { path: { name }, body: { reset_password: true } }), '/api/v1/sessions', '/api/v1/users');
  if (password !== null) {
    return (
      <SecretDialog title={t('secret.title', { name })} name={t('password')} secret={password} onClose={onClose}>
        <p className="soft">{t('secret.next', { name })}</p>
      </SecretDialog>
    );
  }
  return (
    <ActDialog
      title={t('password.reset')}
      confirm={t('password.reset.do')}
      onClose={onClose}
      onConfirm={async () => {
        setPassword((await reset.mutateAsync()).password ?? '');
        return true;
      }}
    >
      <p>{t('password.reset.text', { name })}</p>
    </ActDialog>
  );
}

// Says what goes with the user before it goes.
export function DeleteUser({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useWords();
  const tokens = useApi('/api/v1/tokens', { query: { user: name } });
  const sessions = useApi('/api/v1/sessions', { query: { user: name } });
  const remove = useChange(() => call('delete', '/api/v1/users/{name}', { path: { name } }), '/api/v1/audit', '/api/v1/tokens', '/api/v1/sessions');
  return (
    <ActDialog
      title={t('delete.title', { name })}
      confirm={t('delete')}
      danger
      disabled={!tokens.data || !sessions.data}
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync();
        toast(t('deleted', { name }));
        navigate('/users', { replace: true });
      }}
    >
      <p>{t('delete.text', { name, tokens: tokens.data?.items.length ?? 0, sessions: sessions.data?.items.length ?? 0 })}</p>
    </ActDialog>
  );
}
