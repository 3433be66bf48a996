import { useState } from 'react';
import type { ReactNode } from 'react';

import { Button } from './Button';
import { Dialog } from './Dialog';
import type { IconName } from './Icon';
import { ErrorNotice } from './Notice';
import { useCommonWords } from './words';

export interface ActDialogProps {
  title: string;
  confirm: string;
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  wide?: boolean;
  onConfirm: () => Promise<unknown>; // closes the dialog when it succeeds; true keeps it open
  onClose: () => void;
  hidesError?: (error: unknown) => boolean; // those that fields show themselves
  onError?: (error: unknown) => void;
  children: ReactNode; // what will happen, or the fields of a form
}

// A form or an act with its consequences in a dialog; a refusal is shown in it, and what was typed stays.
export function ActDialog({ title, confirm, icon, danger, disabled, wide, onConfirm, onClose, hidesError, onError, children }: ActDialogProps) {
  const t = useCommonWords();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      if ((await onConfirm()) === true) setBusy(false);
      else onClose();
    } catch (cause) {
      onError?.(cause);
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      onSubmit={() => void run()}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} icon={icon} busy={busy} disabled={disabled}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && !hidesError?.(error) && <ErrorNotice error={error} />}
    </Dialog>
  );
}
