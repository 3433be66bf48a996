// What the reader may do with this photo.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { touch } from '../../api/hooks';
import { useCan } from '../../api/session';
import { navigate } from '../../app/router';
import { deleteSoon } from '../../images/deleting';
import { TitleDialog } from '../../images/TitleDialog';
import { withReason } from '../../jobs/fields';
import { Button, Menu, toast, toastError } from '../../ui';
import type { MenuEntry } from '../../ui';
import { DeleteDialog, PriorityDialog, ReprocessDialog } from './dialogs';
import { saveAs } from './Json';
import { useImageWords } from './words';

type Image = Schemas['Image'];
type Question = 'reprocess' | 'priority' | 'title' | 'delete';

const high = 10;

export function useActing(image: Image) {
  const t = useImageWords();
  const client = useQueryClient();
  const path = { id: image.id };
  const freshen = () => touch(client, '/api/v1/images', '/api/v1/jobs', '/api/v1/events', '/api/v1/queues', '/api/v1/failures');
  // Says what was done, with a way back, which says when it does not work.
  const did = (text: string, undo?: () => Promise<unknown>) => {
    void freshen();
    toast(text, undo ? { undo: () => void undo().then(freshen, toastError) } : {});
  };
  const putPriority = (priority: number, reason = '') => call('patch', '/api/v1/images/{id}', { path, body: { priority, ...withReason(reason) } });
  return {
    retry: async () => {
      await call('post', '/api/v1/jobs/{id}/retry', { path: { id: image.job_id }, body: {} });
      did(t('done.retry'));
    },
    reprocess: async (model: string, priority: number, reason: string) => {
      await call('post', '/api/v1/images/{id}/reprocess', { path, body: { model, priority, ...withReason(reason) } });
      did(t('done.reprocess', { model }));
    },
    cancel: async () => {
      await call('post', '/api/v1/jobs/{id}/cancel', { path: { id: image.job_id }, body: {} });
      did(t('done.cancel'), () => call('post', '/api/v1/jobs/{id}/retry', { path: { id: image.job_id }, body: {} }));
    },
    priority: async (priority: number, reason = '') => {
      await putPriority(priority, reason);
      did(t('done.priority', { priority }), () => putPriority(image.priority));
    },
    remove: async (to: string) => {
      deleteSoon([image.id], t('done.delete', { title: image.title }), freshen);
      navigate(to);
      return Promise.resolve();
    },
  };
}

export function Actions({ image, jobs, list }: { image: Image; jobs: number; list: string }) {
  const t = useImageWords();
  const can = useCan();
  const [question, setQuestion] = useState<Question | null>(null);
  const [busy, setBusy] = useState(false);
  const acting = useActing(image);
  const owner = image.uploaded_by;
  const waits = image.status === 'pending';
  const isFinal = image.status === 'completed' || image.status === 'failed' || image.status === 'cancelled';
  const run = async (act: () => Promise<unknown>) => {
    setBusy(true);
    await act().catch(toastError);
    setBusy(false);
  };

  const entries: (MenuEntry | 'line')[] = [];
  if (can('own', owner)) {
    entries.push({ label: t('reprocess.with'), icon: 'models', disabled: !isFinal, onChoose: () => setQuestion('reprocess') });
    entries.push({ label: t('priority.high', { priority: high }), icon: 'flag', disabled: !waits || image.priority === high, onChoose: () => void run(() => acting.priority(high)) });
    entries.push({ label: t('priority.other'), icon: 'flag', disabled: !waits, onChoose: () => setQuestion('priority') });
    entries.push({ label: t('title.edit'), icon: 'edit', onChoose: () => setQuestion('title') }, 'line');
  }
  if (image.result) entries.push({ label: t('json.download'), icon: 'download', onChoose: () => saveAs(`${image.title}.json`, JSON.stringify(image.result, null, 2)) });
  if (image.overlay_url) entries.push({ label: t('overlay'), icon: 'download', onChoose: () => void window.open(image.overlay_url!, '_blank', 'noopener') });
  if (can('original', owner)) entries.push({ label: t('original'), icon: 'download', onChoose: () => window.location.assign(image.original_url) });
  if (can('own', owner)) entries.push('line', { label: t('delete'), icon: 'trash', danger: true, onChoose: () => setQuestion('delete') });

  return (
    <>
      {can('job', owner) && !isFinal && (
        <Button icon="close" busy={busy} onClick={() => void run(acting.cancel)}>
          {t('cancel')}
        </Button>
      )}
      {can('job', owner) && (image.status === 'failed' || image.status === 'cancelled') && (
        <Button kind="primary" icon="retry" busy={busy} onClick={() => void run(acting.retry)}>
          {t('retry')}
        </Button>
      )}
      {can('own', owner) && image.status === 'completed' && (
        <Button icon="retry" onClick={() => setQuestion('reprocess')}>
          {t('reprocess')}
        </Button>
      )}
      {entries.length > 0 && <Menu label={undefined} button={{ icon: 'more', 'aria-label': t('actions') }} entries={entries} />}
      {question === 'reprocess' && <ReprocessDialog image={image} onRun={({ model, priority, reason }) => acting.reprocess(model, priority, reason)} onClose={() => setQuestion(null)} />}
      {question === 'priority' && <PriorityDialog image={image} onRun={acting.priority} onClose={() => setQuestion(null)} />}
      {question === 'title' && <TitleDialog image={image} onClose={() => setQuestion(null)} />}
      {question === 'delete' && <DeleteDialog image={image} jobs={jobs} onRun={() => acting.remove(list)} onClose={() => setQuestion(null)} />}
    </>
  );
}
