import { useState } from 'react';

import { call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { ActDialog, Field, SecretDialog, fieldFault, toast } from '../../ui';
import { useWords } from '../../users/words';
import type { Role } from '../../users/words';
import { quotaFrom } from './quota';
import { RoleChoice } from './RoleChoice';

// Makes a user, then shows the password that the server made.
export function NewUser({ onClose }: { onClose: () => void }) {
  const t = useWords();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('uploader');
  const [quota, setQuota] = useState('');
  const [refused, setRefused] = useState<unknown>(null);
  const [password, setPassword] = useState<string | null>(null);
  const bytes = quotaFrom(quota);
  const create = useChange(() => call('post', '/api/v1/users', { body: { name: name.trim(), role, ...(bytes ? { byte_quota: bytes } : {}) } }), '/api/v1/users', '/api/v1/audit');

  if (password !== null) {
    return (
      <SecretDialog title={t('secret.title', { name })} name={t('password')} secret={password} onClose={onClose}>
        <p className="soft">{t('secret.next', { name })}</p>
      </SecretDialog>
    );
  }
  const nameFault = fieldFault(refused, 'name');
  return (
    <ActDialog
      title={t('new')}
      confirm={t('create')}
      disabled={!name.trim() || bytes === undefined}
      hidesError={(error) => fieldFault(error, 'name') !== null}
      onError={setRefused}
      onClose={onClose}
      onConfirm={async () => {
        const made = await create.mutateAsync();
        toast(t('created', { name }));
        if (made.password) setPassword(made.password);
        return Boolean(made.password);
      }}
    >
      <Field label={t('name')} hint={t('name.hint')} fault={nameFault}>
        <input value={name} onChange={(event) => setName(event.target.value)} autoFocus required autoCapitalize="none" autoComplete="off" spellCheck={false} />
      </Field>
      <RoleChoice role={role} onChange={setRole} />
      <Field label={t('quota')} hint={t('quota.hint')} fault={bytes === undefined ? t('quota.bad') : null}>
        <input value={quota} onChange={(event) => setQuota(event.target.value)} inputMode="decimal" autoComplete="off" />
      </Field>
      <p className="soft small">
        {t('password')}: {t('password.made')}
      </p>
    </ActDialog>
  );
}
