import { useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { navigate } from '../../app/router';
import { ActDialog, Field, SecretDialog, toast } from '../../ui';
import { useWords } from '../../webhooks/words';

const overlaps = [0, 1, 24, 168]; // hours

export function RotateSecret({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useWords();
  const [hours, setHours] = useState(24);
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useChange(() => call('post', '/api/v1/endpoints/{id}/rotate-secret', { path: { id }, body: { overlap_seconds: hours * 3600 } }), '/api/v1/endpoints');
  if (secret !== null) {
    return (
      <SecretDialog title={t('secret.title')} name={t('secret.name')} secret={secret} onClose={onClose}>
        <p className="soft">{t('secret.text')}</p>
      </SecretDialog>
    );
  }
  return (
    <ActDialog
      title={t('rotate')}
      confirm={t('rotate')}
      onClose={onClose}
      onConfirm={async () => {
        setSecret((await rotate.mutateAsync()).secret);
        return true;
      }}
    >
      <p>{t('rotate.text')}</p>
      <Field label={t('rotate.overlap')}>
        <select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
          {overlaps.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? t('rotate.none') : each === 168 ? t('rotate.week') : t('rotate.hours', { hours: each })}
            </option>
          ))}
        </select>
      </Field>
    </ActDialog>
  );
}

const most = 200;

// Counts what goes with it.
export function DeleteEndpoint({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useWords();
  const deliveries = useApi('/api/v1/deliveries', { query: { endpoint: id, limit: most } });
  const remove = useChange(() => call('delete', '/api/v1/endpoints/{id}', { path: { id } }), '/api/v1/deliveries');
  const found = deliveries.data;
  return (
    <ActDialog
      title={t('delete.title')}
      confirm={t('delete')}
      danger
      disabled={!found}
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync();
        toast(t('deleted'));
        navigate('/webhooks/endpoints', { replace: true });
      }}
    >
      <p aria-live="polite">{found && (found.next_before ? t('delete.more', { count: most }) : t('delete.text', { count: found.items.length }))}</p>
    </ActDialog>
  );
}
