import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan, useMe } from '../../api/session';
import { ActDialog, CopyBlock, Field, SecretDialog, fieldFault } from '../../ui';
import { scopes, useWords } from './words';
import type { ScopeName } from './words';

const ends = ['30', '90', '365', ''] as const; // days; '': never

// Makes a token, then shows it once with a command to try it.
export function NewToken({ onClose }: { onClose: () => void }) {
  const t = useWords();
  const me = useMe();
  const can = useCan();
  const [name, setName] = useState('');
  const [user, setUser] = useState(me.name);
  const [chosen, setChosen] = useState<readonly ScopeName[]>(['images:read', ...(can('send') ? (['images:write'] as const) : [])]);
  const [days, setDays] = useState<string>('90');
  const [refused, setRefused] = useState<unknown>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const users = useApi('/api/v1/users', {}, { enabled: can('users') });
  const role = users.data?.items.find((each) => each.name === user)?.role ?? me.role;
  const create = useChange(
    () =>
      call('post', '/api/v1/tokens', {
        body: {
          name: name.trim(),
          scopes: [...chosen],
          ...(user === me.name ? {} : { user }),
          ...(days ? { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() } : {}),
        },
      }),
    '/api/v1/tokens',
    '/api/v1/audit',
  );
  if (secret !== null) {
    return (
      <SecretDialog title={t('secret.title', { name })} name={t('secret.name')} secret={secret} onClose={onClose}>
        <div className="stack">
          <p>{t('secret.try')}</p>
          <CopyBlock label={t('secret.curl')} text={`curl -H "Authorization: Bearer ${secret}" \\\n  ${location.origin}/api/v1/session`} />
        </div>
      </SecretDialog>
    );
  }
  const toggle = (scope: ScopeName) => {
    if (scope === '*') return setChosen(chosen.includes('*') ? [] : ['*']);
    setChosen(chosen.includes(scope) ? chosen.filter((each) => each !== scope) : [...chosen.filter((each) => each !== '*'), scope]);
  };
  const shown = scopes.filter((scope) => scope.roles.includes(role));
  const sent = chosen.filter((scope) => shown.some((each) => each.name === scope));
  return (
    <ActDialog
      title={t('new')}
      wide
      confirm={t('create')}
      disabled={!name.trim() || sent.length === 0 || sent.length !== chosen.length}
      hidesError={(error) => fieldFault(error, 'name') !== null}
      onError={setRefused}
      onClose={onClose}
      onConfirm={async () => {
        setSecret((await create.mutateAsync()).secret);
        return true;
      }}
    >
      <Field label={t('name')} hint={t('name.hint')} fault={fieldFault(refused, 'name')}>
        <input value={name} onChange={(event) => setName(event.target.value)} autoFocus required autoCapitalize="none" autoComplete="off" spellCheck={false} />
      </Field>
      <div className="two">
        {can('users') && (
          <Field label={t('user')} hint={t('user.hint')}>
            <select
              value={user}
              onChange={(event) => {
                setUser(event.target.value);
                setChosen(['images:read']);
              }}
            >
              {(users.data?.items ?? [{ name: me.name }]).map((each) => (
                <option key={each.name}>{each.name}</option>
              ))}
            </select>
          </Field>
        )}
        <Field label={t('end')}>
          <select value={days} onChange={(event) => setDays(event.target.value)}>
            {ends.map((each) => (
              <option key={each} value={each}>
                {each === '' ? t('end.never') : each === '365' ? t('end.year') : t('end.days', { days: Number(each) })}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <fieldset className="choices" data-columns>
        <legend>{t('scopes')}</legend>
        {shown.map((scope) => (
          <label className="choice" key={scope.name}>
            <input type="checkbox" value={scope.name} checked={chosen.includes(scope.name)} onChange={() => toggle(scope.name)} />
            <span className="name">{t(`scope.${scope.name}`)}</span>
            <span className="what mono">{scope.name}</span>
          </label>
        ))}
        {sent.length === 0 && <p className="soft small">{t('none.scope')}</p>}
      </fieldset>
    </ActDialog>
  );
}
