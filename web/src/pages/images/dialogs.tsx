// The questions before something is done to images: each says, by a dry run, to how many it would be done.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { touch, useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import type { Image } from '../../images/filter';
import { useWords } from '../../images/words';
import { PriorityField, priorityOf } from '../../jobs/fields';
import { Field, PreviewDialog, toast, toastError } from '../../ui';
import { perform, preview, undoOf } from './acting';
import type { Order, Target } from './acting';

export type Question = { ask: 'reprocess' | 'high' | 'model' | 'priority' | 'cancel' | 'delete'; target: Target } | { ask: 'title'; image: Image };

export const highPriority = 10;

const keyOf = (target: Target) => (target.kind === 'all' ? ['all', target.conditions] : ['some', target.images.map((image) => image.id)]);

function orderOf(ask: Exclude<Question['ask'], 'title'>, model: string, priority: number): Order {
  switch (ask) {
    case 'reprocess':
      return { action: 'reprocess' };
    case 'model':
      return { action: 'reprocess', model };
    case 'high':
      return { action: 'reprioritise', priority: highPriority };
    case 'priority':
      return { action: 'reprioritise', priority };
    case 'cancel':
      return { action: 'cancel' };
    case 'delete':
      return { action: 'delete' };
  }
}

export function ActionDialog({ ask, target, onClose, onDone }: { ask: Exclude<Question['ask'], 'title'>; target: Target; onClose: () => void; onDone: () => void }) {
  const t = useWords();
  const client = useQueryClient();
  const can = useCan();
  const models = useApi('/api/v1/models', {}, { enabled: ask === 'model', staleTime: 30_000 });
  const [model, setModel] = useState('');
  const [priority, setPriority] = useState('10');
  const names = models.data?.items.filter((each) => each.state === 'active').map((each) => each.name) ?? [];
  const chosen = model || names[0] || '';
  const number = priorityOf(priority);
  const order = orderOf(ask, chosen, number ?? 0);
  const ready = (ask !== 'model' || chosen !== '') && (ask !== 'priority' || number !== null);
  const many = can('operate');

  const run = async () => {
    const undo = undoOf(order, target, many);
    const done = await perform(order, target, many);
    const text = t(`done.${ask}`, { count: done.changed, model: chosen, priority: 'priority' in order ? order.priority : 0 });
    const back = async () => {
      try {
        await undo?.();
      } catch (cause) {
        toastError(cause);
      }
      await touch(client, '/api/v1/images');
    };
    toast(text, undo && done.changed ? { undo: () => void back() } : {});
    if (done.failed) toast(t(ask === 'delete' ? 'failed.delete' : 'failed.change', { count: done.failed }));
    onDone();
    void touch(client, '/api/v1/images', '/api/v1/jobs');
  };

  return (
    <PreviewDialog
      title={t(`ask.${ask}`)}
      danger={ask === 'delete'}
      preview={() => (ready ? preview(order, target, many) : Promise.resolve({ matched: 0, changed: 0 }))}
      previewKey={[order, ready, ...keyOf(target)]}
      describe={({ matched, changed }) => (
        <>
          <p>{t(`will.${ask}`, { count: changed, model: chosen, priority: 'priority' in order ? order.priority : 0 })}</p>
          {matched > changed && <p className="soft small">{t(`left.${order.action}`, { count: matched - changed })}</p>}
        </>
      )}
      confirm={t(`do.${ask}`)}
      onConfirm={run}
      onClose={onClose}
    >
      {ask === 'model' && (
        <Field label={t('column.model')} hint={t('model.hint')}>
          <select value={chosen} onChange={(event) => setModel(event.target.value)}>
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {ask === 'priority' && <PriorityField value={priority} onChange={setPriority} hint={t('priority.hint')} />}
    </PreviewDialog>
  );
}
