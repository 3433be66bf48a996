// Sends photos.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { send } from '../../api/client';
import { touch } from '../../api/hooks';
import { area } from '../../i18n';
import en from '../../messages/en/upload';
import ko from '../../messages/ko/upload';
import { Page, toast, toastError } from '../../ui';

const useWords = area(en, ko);

export default function UploadPage() {
  const t = useWords();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const take = async (files: File[]) => {
    setBusy(true);
    try {
      for (const file of files) {
        const form = new FormData();
        form.set('file', file);
        await send('POST', '/api/v1/images', { body: form });
      }
      toast(t('sent', { count: files.length }));
    } catch (error) {
      toastError(error);
    }
    setBusy(false);
    await touch(client, '/api/v1/images');
  };
  return (
    <Page title={t('title')}>
      <label className="field">
        <span>{t('choose')}</span>
        <input className="input" type="file" accept="image/*" multiple disabled={busy} onChange={(event) => void take([...(event.target.files ?? [])])} />
      </label>
    </Page>
  );
}
