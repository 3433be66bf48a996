// The log-in: it stands at whatever address was asked for, so that one is there afterwards.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';

import './style.css';

import { ApiError } from '../../api/client';
import { logIn } from '../../api/session';
import icon from '../../assets/icon.svg';
import { area, chosenLanguage } from '../../i18n';
import en from '../../messages/en/login';
import ko from '../../messages/ko/login';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { ErrorNotice, Notice } from '../../ui/Notice';

const useWords = area(en, ko);

const isPlain = () => location.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

export function LogIn() {
  const t = useWords();
  const client = useQueryClient();
  const language = chosenLanguage.use();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => void (document.title = `${t('title')} · Darkroom`), [t]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await logIn(client, name, password);
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  const other = language === 'ko' ? 'en' : 'ko';

  return (
    <main className="login">
      <div className="login-in">
        <h1>
          <img src={icon} alt="" />
          Darkroom
        </h1>
        <form className="card card-body" onSubmit={(event) => void submit(event)}>
          <Field label={t('name')}>
            <input value={name} onChange={(event) => setName(event.target.value)} autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus required />
          </Field>
          <Field label={t('password')}>
            <input type="password" value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" required />
          </Field>
          {error !== null && <Refused error={error} />}
          <Button type="submit" kind="primary" busy={busy}>
            {t('submit')}
          </Button>
        </form>
        {isPlain() && <Notice tone="amber">{t('plain')}</Notice>}
        <details className="login-first">
          <summary>{t('first.title')}</summary>
          <p className="soft">{t.rich('first.text', { code: (chunks) => <code>{chunks}</code> })}</p>
        </details>
        <p className="login-foot">
          <Button kind="quiet" icon="globe" lang={other} onClick={() => chosenLanguage.set(other)}>
            {other === 'ko' ? '한국어' : 'English'}
          </Button>
        </p>
      </div>
    </main>
  );
}

function Refused({ error }: { error: unknown }) {
  const t = useWords();
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 429)) return <ErrorNotice error={error} />;
  return (
    <p className="login-refused" role="alert">
      {error.status === 429 ? t('slow', { seconds: error.retryAfter ?? 0 }) : t('wrong')}
    </p>
  );
}
