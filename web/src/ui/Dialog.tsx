import { useId, useLayoutEffect, useRef } from 'react';
import type { FormEvent, ReactNode } from 'react';

import { Button } from './Button';
import { countDialog } from './openDialogs';
import { useCommonWords } from './words';

export interface DialogProps {
  title: string;
  onClose: () => void;
  onSubmit?: () => void; // makes it a form
  wide?: boolean;
  firm?: boolean; // only its buttons close it: what is in it would be lost by a stray key or click
  actions?: ReactNode; // buttons below
  children?: ReactNode;
}

// A native dialog, open as long as it is rendered: the browser keeps the focus in it and gives it back; Escape and a click beside it close it.
export function Dialog({ title, onClose, onSubmit, wide, firm, actions, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const t = useCommonWords();

  // Closed while it is still in the page: one that is only taken out of it leaves the focus nowhere.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    const gone = countDialog();
    return () => {
      dialog?.close();
      gone();
    };
  }, []);

  // A browser may close it all the same, as by a second Escape.
  const closedByBrowser = () => {
    if (!ref.current || ref.current.open) return;
    if (firm) ref.current.showModal();
    else onClose();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  const inside = (
    <>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <Button kind="quiet" icon="close" aria-label={t('close')} onClick={onClose} />
      </div>
      {children}
      {actions && <div className="dialog-actions">{actions}</div>}
    </>
  );
  return (
    <dialog
      ref={ref}
      className="dialog"
      data-wide={wide || undefined}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
      onClose={closedByBrowser}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget && !firm) onClose();
      }}
    >
      {onSubmit ? <form onSubmit={submit}>{inside}</form> : <div className="dialog-in">{inside}</div>}
    </dialog>
  );
}
