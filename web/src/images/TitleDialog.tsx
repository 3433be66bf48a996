// Gives a photo another title, with a way back.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../api/client';
import type { Schemas } from '../api/client';
import { touch } from '../api/hooks';
import { ActDialog, Field, toast, toastError, useCommonWords } from '../ui';
import { useWords } from './words';

export function TitleDialog({ image, onClose }: { image: Pick<Schemas['Image'], 'id' | 'title'>; onClose: () => void }) {
  const t = useWords();
  const common = useCommonWords();
  const client = useQueryClient();
  const [title, setTitle] = useState(image.title);
  const text = title.trim();
  const put = async (wanted: string) => {
    await call('patch', '/api/v1/images/{id}', { path: { id: image.id }, body: { title: wanted } });
    void touch(client, '/api/v1/images', '/api/v1/events');
  };
  const save = async () => {
    await put(text);
    toast(t('done.title'), { undo: () => void put(image.title).catch(toastError) });
  };
  return (
    <ActDialog title={t('ask.title')} confirm={common('save')} disabled={text === '' || text === image.title} onConfirm={save} onClose={onClose}>
      <Field label={t('column.title')}>
        <input value={title} maxLength={200} autoFocus onChange={(event) => setTitle(event.target.value)} />
      </Field>
    </ActDialog>
  );
}
