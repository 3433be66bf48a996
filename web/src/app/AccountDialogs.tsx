// What one sets for oneself: the time zone of all times on the page, and one's password.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { ApiError, call } from '../api/client';
import { browserZone, chosenZone } from '../i18n';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { ErrorNotice } from '../ui/Notice';
import { toast } from '../ui/toasts';
import { useCommonWords } from '../ui/words';
import { useShellWords } from './words';

export function ZoneDialog({ onClose }: { onClose: () => void }) {
  const t = useShellWords();
  const common = useCommonWords();
  const [zone, setZone] = useState(chosenZone.get());
  const own = browserZone();
  const zones = [...new Set([own, chosenZone.get(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const save = () => {
    chosenZone.set(zone === own ? null : zone);
    onClose();
  };
  return (
    <Dialog
      title={t('zone.title')}
      onClose={onClose}
      onSubmit={save}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary">
            {common('save')}
          </Button>
        </>
      }
    >
      <Field label={t('zone.label')} hint={t('zone.hint', { zone: own })}>
        <select value={zone} onChange={(event) => setZone(event.target.value)}>
          {zones.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </Field>
    </Dialog>
  );
}

export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const t = useShellWords();
  const common = useCommonWords();
  const client = useQueryClient();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const wrong = error instanceof ApiError && error.status === 401;
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await call('put', '/api/v1/session/password', { body: { old_password: old, new_password: fresh } });
      await client.refetchQueries({ queryKey: ['session'] });
      toast(t('password.done'));
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={t('password.title')}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary" busy={busy} disabled={!old || fresh.length < 8}>
            {common('save')}
          </Button>
        </>
      }
    >
      <Field label={t('password.old')} fault={wrong ? t('password.wrong') : null}>
        <input type="password" autoComplete="current-password" value={old} onChange={(event) => setOld(event.target.value)} autoFocus />
      </Field>
      <Field label={t('password.new')} hint={t('password.hint')}>
        <input type="password" autoComplete="new-password" value={fresh} onChange={(event) => setFresh(event.target.value)} />
      </Field>
      {error !== null && !wrong && <ErrorNotice error={error} />}
    </Dialog>
  );
}
