// The questions before something is done to one photo.
import { useState } from 'react';
import type { ReactNode } from 'react';

import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';
import { Button, Dialog, ErrorNotice, Field, useCommonWords } from '../../ui';
import { useImageWords } from './words';

type Image = Schemas['Image'];

// A dialog whose action is awaited; what is refused is shown in it.
function Ask({ title, word, danger, ready = true, onRun, onClose, children }: { title: string; word: string; danger?: boolean; ready?: boolean; onRun: () => Promise<unknown>; onClose: () => void; children: ReactNode }) {
  const common = useCommonWords();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await onRun();
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => void run()}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy} disabled={!ready}>
            {word}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && <ErrorNotice error={error} />}
    </Dialog>
  );
}

export interface Reprocess {
  model: string;
  priority: number;
  reason: string;
}

const priorityOf = (text: string): number | null => {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= -100 && number <= 100 ? number : null;
};

function Reason({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const t = useImageWords();
  return (
    <Field label={t('reason')} hint={t('reason.hint')}>
      <input value={value} maxLength={1000} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
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
    <Ask title={t('reprocess.title')} word={t('reprocess')} ready={number !== null && chosen !== ''} onRun={() => onRun({ model: chosen, priority: number!, reason })} onClose={onClose}>
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
      <Field label={t('priority')} hint={t('priority.hint')} fault={number === null ? t('priority.fault') : null}>
        <input type="number" min={-100} max={100} value={priority} onChange={(event) => setPriority(event.target.value)} />
      </Field>
      <Reason value={reason} onChange={setReason} />
    </Ask>
  );
}

export function PriorityDialog({ image, onRun, onClose }: { image: Image; onRun: (priority: number, reason: string) => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const [priority, setPriority] = useState(String(image.priority));
  const [reason, setReason] = useState('');
  const number = priorityOf(priority);
  return (
    <Ask title={t('priority.title')} word={t('priority.set')} ready={number !== null} onRun={() => onRun(number!, reason)} onClose={onClose}>
      <Field label={t('priority')} hint={t('priority.hint')} fault={number === null ? t('priority.fault') : null}>
        <input type="number" min={-100} max={100} value={priority} autoFocus onChange={(event) => setPriority(event.target.value)} />
      </Field>
      <Reason value={reason} onChange={setReason} />
    </Ask>
  );
}

export function TitleDialog({ image, onRun, onClose }: { image: Image; onRun: (title: string) => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const common = useCommonWords();
  const [title, setTitle] = useState(image.title);
  const text = title.trim();
  return (
    <Ask title={t('title.title')} word={common('save')} ready={text !== '' && text !== image.title} onRun={() => onRun(text)} onClose={onClose}>
      <Field label={t('title')}>
        <input value={title} maxLength={200} autoFocus onChange={(event) => setTitle(event.target.value)} />
      </Field>
    </Ask>
  );
}

export function DeleteDialog({ image, jobs, onRun, onClose }: { image: Image; jobs: number; onRun: () => Promise<unknown>; onClose: () => void }) {
  const t = useImageWords();
  const common = useCommonWords();
  return (
    <Ask title={t('delete.title')} word={common('delete')} danger onRun={onRun} onClose={onClose}>
      <div className="image-delete">
        <img src={image.thumbnail_url} alt="" width={96} height={72} />
        <div>
          <p>{t('delete.text', { title: image.title, jobs })}</p>
          {image.status === 'processing' && <p>{t('delete.running')}</p>}
          <p className="soft small">{t('delete.stays')}</p>
        </div>
      </div>
    </Ask>
  );
}
