// Gives waiting jobs another priority, or cancels them: some, or all that match, which the server counts before.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { touch } from '../../api/hooks';
import { PriorityField, priorityOf, ReasonField, withReason } from '../../jobs/fields';
import { retryCancelled } from '../../jobs/retryCancelled';
import { PreviewDialog, toast, toastError } from '../../ui';
import { useQueueWords } from './words';

type Job = Schemas['Job'];
type Order = Schemas['JobOrder'];

export type Target = { kind: 'some'; jobs: readonly Job[] } | { kind: 'all'; filter: Schemas['JobFilter'] };

const act = (order: Order) => call('post', '/api/v1/jobs/actions', { body: order });

const aim = (target: Target) => (target.kind === 'some' ? { ids: target.jobs.map((job) => job.job_id) } : { filter: target.filter });

// Each back to the priority that it had.
async function putBack(jobs: readonly Job[]): Promise<void> {
  const groups = new Map<number, string[]>();
  for (const job of jobs) groups.set(job.priority, [...(groups.get(job.priority) ?? []), job.job_id]);
  for (const [priority, ids] of groups) await act({ action: 'reprioritise', ids, priority, dry_run: false });
}

export function MoveDialog({ action, target, onClose, onDone }: { action: 'reprioritise' | 'cancel'; target: Target; onClose: () => void; onDone: () => void }) {
  const t = useQueueWords();
  const client = useQueryClient();
  const [text, setText] = useState('10');
  const [reason, setReason] = useState('');
  const number = priorityOf(text);
  const priority = number ?? 0;
  const ready = action === 'cancel' || number !== null;
  const order = (dry_run: boolean): Order => ({ action, ...aim(target), ...(action === 'reprioritise' ? { priority } : {}), ...(dry_run ? {} : withReason(reason)), dry_run });
  const freshen = () => touch(client, '/api/v1/jobs', '/api/v1/queues', '/api/v1/images');
  const run = async () => {
    const done = await act(order(false));
    const undo = target.kind === 'all' || !done.changed ? null : action === 'reprioritise' ? () => putBack(target.jobs) : () => retryCancelled(target.jobs.flatMap((job) => job.image_id ?? []));
    toast(t(`done.${action}`, { count: done.changed, priority }), undo ? { undo: () => void undo().then(freshen, toastError) } : {});
    onDone();
    void freshen(); // the dialog does not wait for the lists
  };
  return (
    <PreviewDialog
      title={t(`ask.${action}`)}
      danger={action === 'cancel'}
      preview={() => (ready ? act(order(true)) : Promise.resolve({ matched: 0, changed: 0 }))}
      previewKey={[action, number, ready, aim(target)]}
      describe={({ changed }) => <p>{t(`will.${action}`, { count: changed, priority })}</p>}
      confirm={({ changed }) => t(`confirm.${action}`, { count: changed })}
      onConfirm={run}
      onClose={onClose}
    >
      {action === 'reprioritise' && <PriorityField value={text} onChange={setText} autoFocus />}
      <ReasonField value={reason} onChange={setReason} hint={t('reason.hint')} />
    </PreviewDialog>
  );
}
