// Pausing a queue with a reason, and setting its limits.
import { useState } from 'react';

import { ApiError, call } from '../../api/client';
import { useChange } from '../../api/hooks';
import { Button, Dialog, ErrorNotice, Field, toast, toastError, useCommonWords } from '../../ui';
import { pauseQueue, resumeQueue, useQueueName } from './QueueCard';
import type { Queue } from './QueueCard';
import { useQueueWords } from './words';

export function PauseDialog({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useQueueWords();
  const common = useCommonWords();
  const nameOf = useQueueName();
  const [reason, setReason] = useState('');
  const pause = useChange(pauseQueue, '/api/v1/queues', '/api/v1/jobs');
  const resume = useChange(resumeQueue, '/api/v1/queues', '/api/v1/jobs');
  const run = () =>
    pause.mutate(
      { name: queue.name, reason: reason.trim() },
      {
        onSuccess: () => {
          toast(t('was.paused', { queue: nameOf(queue.name) }), { undo: () => resume.mutate(queue.name, { onError: toastError }) });
          onClose();
        },
      },
    );
  return (
    <Dialog
      title={t('pause.title', { queue: nameOf(queue.name) })}
      onClose={onClose}
      onSubmit={run}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary" icon="pause" busy={pause.isPending}>
            {t('pause')}
          </Button>
        </>
      }
    >
      <p className="soft">{t('pause.text', { running: queue.running, queued: queue.queued })}</p>
      <Field label={t('reason')} hint={t('reason.hint')}>
        <input value={reason} maxLength={500} autoFocus onChange={(event) => setReason(event.target.value)} />
      </Field>
      {pause.error && <ErrorNotice error={pause.error} />}
    </Dialog>
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
  const run = () => {
    const body = Object.fromEntries(fields.map((name) => [name, values[name].trim() === '' ? null : name === 'rate' ? values[name].trim() : Number(values[name])]));
    save.mutate(body, {
      onSuccess: () => {
        toast(t('limits.saved', { queue: nameOf(queue.name) }), { undo: () => save.mutate(back(), { onError: toastError }) });
        onClose();
      },
    });
  };
  // Which field the server does not like.
  const at = save.error instanceof ApiError ? save.error.problem?.errors?.[0] : undefined;
  const faulty = at?.loc.at(-1) ?? (save.error instanceof ApiError ? fields.find((name) => save.error!.message.startsWith(name)) : undefined);
  return (
    <Dialog
      title={t('limits.title', { queue: nameOf(queue.name) })}
      onClose={onClose}
      onSubmit={run}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary" busy={save.isPending} disabled={!fields.every(isNumber)}>
            {common('save')}
          </Button>
        </>
      }
    >
      <p className="soft">{t('limits.text')}</p>
      {fields.map((name) => (
        <Field key={name} label={t(`field.${name}`)} hint={t(`hint.${name}`)} fault={!isNumber(name) ? t('number') : faulty === name ? save.error?.message : null}>
          <input inputMode={name === 'rate' ? 'text' : 'numeric'} value={values[name]} placeholder={t(`without.${name}`)} onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
        </Field>
      ))}
      {save.error && <ErrorNotice error={save.error} />}
    </Dialog>
  );
}
