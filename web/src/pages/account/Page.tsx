// One's own account: role, storage, password and sessions.
import './style.css';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError, call, rememberCsrfToken } from '../../api/client';
import { touch } from '../../api/hooks';
import { useMe } from '../../api/session';
import { Link } from '../../app/router';
import { Button, Chip, ErrorNotice, Facts, Field, Page, Section, toast } from '../../ui';
import { Sessions } from '../../users/Sessions';
import { Storage } from '../../users/Storage';
import { toneOf, useWords as useUserWords } from '../../users/words';
import { useWords } from './words';

export default function AccountPage() {
  const t = useWords();
  const words = useUserWords();
  const me = useMe();
  return (
    <Page title={t('title')} actions={<Link className="button" to="/tokens">{t('tokens')}</Link>}>
      <div className="card card-body">
        <Facts
          of={[
            [words('name'), <strong key="name">{me.name}</strong>],
            [
              t('role'),
              <span className="line" key="role">
                <Chip tone={toneOf[me.role]}>{words(`role.${me.role}`)}</Chip>
                <span className="soft">{words(`what.${me.role}`)}</span>
              </span>,
            ],
            [words('storage'), <Storage key="storage" of={me} />],
          ]}
        />
      </div>
      <Section title={t('sessions')} lead={t('sessions.lead')} flush>
        <Sessions name={me.name} own />
      </Section>
      <Section title={t('password')} lead={t('password.lead')}>
        <Password name={me.name} />
      </Section>
    </Page>
  );
}

function Password({ name }: { name: string }) {
  const t = useWords();
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const isWrong = error instanceof ApiError && (error.code === 'unauthorized' || error.code === 'forbidden');
  const isWeak = error instanceof ApiError && error.code === 'weak_password';
  const change = async () => {
    setBusy(true);
    setError(null);
    try {
      rememberCsrfToken((await call('put', '/api/v1/session/password', { body: { old_password: old, new_password: fresh } })).csrf_token);
      setOld('');
      setFresh('');
      setAgain('');
      toast(t('changed'));
      await client.invalidateQueries({ queryKey: ['session'] });
      await touch(client, '/api/v1/sessions');
    } catch (cause) {
      setError(cause);
    }
    setBusy(false);
  };
  return (
    <form
      className="account-password"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <input className="unseen" type="text" name="username" autoComplete="username" value={name} readOnly tabIndex={-1} aria-hidden="true" />
      <Field label={t('old')} fault={isWrong ? t('wrong') : null}>
        <input type="password" autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
      </Field>
      <Field label={t('new')} fault={isWeak ? error.detail : null}>
        <input type="password" autoComplete="new-password" required minLength={8} value={fresh} onChange={(event) => setFresh(event.target.value)} />
      </Field>
      <Field label={t('again')} fault={again && again !== fresh ? t('differ') : null}>
        <input type="password" autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />
      </Field>
      {error !== null && !isWrong && !isWeak && <ErrorNotice error={error} />}
      <Button type="submit" kind="primary" busy={busy} disabled={!old || fresh.length < 8 || fresh !== again}>
        {t('change')}
      </Button>
    </form>
  );
}
