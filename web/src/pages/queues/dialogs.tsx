// Pausing a queue with a reason, and setting its limits.
import { useState } from 'react';

import { ApiError, call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { ReasonField } from '../../jobs/fields';
import { ActDialog, Field, toast, toastError, useCommonWords } from '../../ui';
import { hasJobs, pauseQueue, resumeQueue, useQueueName } from './QueueCard';
import type { Queue } from './QueueCard';
import { useQueueWords } from './words';

export function PauseDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useQueueWords();
  const nameOf = useQueueName();
  const [reason, setReason] = useState('');
  const pause = useChange(pauseQueue, '/api/v1/queues', '/api/v1/jobs');
  const resume = useChange(resumeQueue, '/api/v1/queues', '/api/v1/jobs');
  const run = async () => {
    await pause.mutateAsync({ name: queue.name, reason: reason.trim() });
    toast(t('was.paused', { queue: nameOf(queue.name) }), { undo: () => resume.mutate(queue.name, { onError: toastError }) });
  };
  return (
    <ActDialog title={t('pause.title', { queue: nameOf(queue.name) })} confirm={t('pause')} icon="pause" onConfirm={run} onClose={onClose}>
      <p className="soft">{hasJobs(queue) ? t('pause.text', { running: queue.running, queued: queue.queued }) : t('pause.deliveries')}</p>
      <ReasonField value={reason} onChange={setReason} hint={t('reason.hint')} maxLength={500} autoFocus />
    </ActDialog>
  );
}

const fields = ['rate', 'concurrency', 'max_retries', 'first_retry_seconds', 'ageing_seconds'] as const;
type Limit = (typeof fields)[number];

const textOf = (value: string | number | null) => (value === null ? '' : String(value));

export function LimitsDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useQueueWords();
  const common = useCommonWords();
  const nameOf = useQueueName();
  const [values, setValues] = useState<Record<Limit, string>>(() => Object.fromEntries(fields.map((name) => [name, textOf(queue[name])])) as Record<Limit, string>);
  const save = useChange((body: object) => call('patch', '/api/v1/queues/{name}', { path: { name: queue.name }, body }), '/api/v1/queues', '/api/v1/jobs');
  const back = () => Object.fromEntries(fields.map((name) => [name, queue[name]]));
  const isNumber = (name: Limit) => name === 'rate' || values[name].trim() === '' || /^\d+$/.test(values[name].trim());
  const run = async () => {
    const body = Object.fromEntries(fields.map((name) => [name, values[name].trim() === '' ? null : name === 'rate' ? values[name].trim() : Number(values[name])]));
    await save.mutateAsync(body);
    toast(t('limits.saved', { queue: nameOf(queue.name) }), { undo: () => save.mutate(back(), { onError: toastError }) });
  };
  // Which field the server does not like.
  const at = save.error instanceof ApiError ? save.error.problem?.errors?.[0] : undefined;
  const faulty = at?.loc.at(-1) ?? (save.error instanceof ApiError ? fields.find((name) => save.error!.message.startsWith(name)) : undefined);
  return (
    <ActDialog title={t('limits.title', { queue: nameOf(queue.name) })} confirm={common('save')} disabled={!fields.every(isNumber)} onConfirm={run} onClose={onClose}>
      <p className="soft">{t('limits.text')}</p>
      {fields.map((name) => (
        <Field key={name} label={t(`field.${name}`)} hint={t(`hint.${name}`)} fault={!isNumber(name) ? t('number') : faulty === name ? save.error?.message : null}>
          <input inputMode={name === 'rate' ? 'text' : 'numeric'} value={values[name]} placeholder={t(`without.${name}`)} onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
        </Field>
      ))}
    </ActDialog>
  );
}
