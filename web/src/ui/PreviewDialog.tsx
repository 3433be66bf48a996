import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ActDialog } from './ActDialog';
import { ErrorNotice } from './Notice';
import { useCommonWords } from './words';

export interface Preview {
  matched: number;
  changed: number;
}

export interface PreviewDialogProps {
  title: string;
  preview: () => Promise<Preview>; // a dry run
  previewKey: readonly unknown[]; // what the dry run depends on
  describe: (preview: Preview) => ReactNode; // what will happen, with the count
  confirm: string | ((preview: Preview) => string);
  danger?: boolean;
  onConfirm: () => Promise<unknown>; // an error is shown in the dialog
  onClose: () => void;
  children?: ReactNode; // fields
}

// Says what an action on many would do, by a dry run of it, before it is done.
export function PreviewDialog({ title, preview, previewKey, describe, confirm, danger, onConfirm, onClose, children }: PreviewDialogProps) {
  const t = useCommonWords();
  const counted = useQuery<Preview>({ queryKey: ['preview', ...previewKey], queryFn: preview, gcTime: 0, staleTime: 0 });
  const found = counted.data;
  const word = typeof confirm === 'string' ? confirm : confirm(found ?? { matched: 0, changed: 0 });
  return (
    <ActDialog title={title} confirm={word} danger={danger} disabled={!found || found.changed === 0} onConfirm={onConfirm} onClose={onClose}>
      {children}
      <div aria-live="polite">
        {counted.error ? <ErrorNotice error={counted.error} onRetry={() => void counted.refetch()} /> : !found ? <p className="soft">{t('preview.counting')}</p> : found.changed === 0 ? <p>{t('preview.nothing')}</p> : <div>{describe(found)}</div>}
      </div>
    </ActDialog>
  );
}
