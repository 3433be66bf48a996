// The questions before something is done to one photo.
import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';
import { PriorityField, priorityOf, ReasonField } from '../../jobs/fields';
import { ActDialog, Field, useCommonWords } from '../../ui';
import { useImageWords } from './words';

type Image = Schemas['Image'];

export interface Reprocess {
  model: string;
  priority: number;
  reason: string;
}

export function ReprocessDialog({ image, onRun, onClose }: { image: Image; onRun: (order: Reprocess) => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const models = useApi('/api/v1/models', {}, { staleTime: 30_000 });
  const [model, setModel] = useState(image.model);
  const [priority, setPriority] = useState(String(image.priority));
  const [reason, setReason] = useState('');
  const names = models.data?.items.filter((each) => each.state === 'active').map((each) => each.name) ?? [image.model];
  const chosen = names.includes(model) ? model : (names[0] ?? '');
  const number = priorityOf(priority);
  return (
    <ActDialog title={t('reprocess.title')} confirm={t('reprocess')} disabled={number === null || chosen === ''} onConfirm={() => onRun({ model: chosen, priority: number!, reason })} onClose={onClose}>
      <p className="soft">{t('reprocess.text')}</p>
      <Field label={t('model')}>
        <select value={chosen} onChange={(event) => setModel(event.target.value)}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name === image.model ? t('model.as.before', { model: name }) : name}
            </option>
          ))}
        </select>
      </Field>
      <PriorityField value={priority} onChange={setPriority} />
      <ReasonField value={reason} onChange={setReason} />
    </ActDialog>
  );
}

export function PriorityDialog({ image, onRun, onClose }: { image: Image; onRun: (priority: number, reason: string) => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const [priority, setPriority] = useState(String(image.priority));
  const [reason, setReason] = useState('');
  const number = priorityOf(priority);
  return (
    <ActDialog title={t('priority.title')} confirm={t('priority.set')} disabled={number === null} onConfirm={() => onRun(number!, reason)} onClose={onClose}>
      <PriorityField value={priority} onChange={setPriority} autoFocus />
      <ReasonField value={reason} onChange={setReason} />
    </ActDialog>
  );
}

export function DeleteDialog({ image, jobs, onRun, onClose }: { image: Image; jobs: number; onRun: () => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const common = useCommonWords();
  return (
    <ActDialog title={t('delete.title')} confirm={common('delete')} danger onConfirm={onRun} onClose={onClose}>
      <div className="image-delete">
        <img src={image.thumbnail_url} alt="" width={96} height={72} />
        <div>
          <p>{t('delete.text', { title: image.title, jobs })}</p>
          {image.status === 'processing' && <p>{t('delete.running')}</p>}
          <p className="soft small">{t('delete.stays')}</p>
        </div>
      </div>
    </ActDialog>
  );
}
