// Short messages about what was done, with a way back where there is one. toast('3 deleted', { undo: () => ... }) from anywhere.
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';

import { Icon } from './Icon';
import { useDialogIsOpen } from './openDialogs';
import { explain, useCommonWords } from './words';

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
  over?: () => void;
  stays: number; // milliseconds
}

export const undoKey = 'z'; // with Control, too

let toasts: readonly Toast[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number, then: 'undo' | 'over' = 'over'): void {
  const gone = toasts.find((each) => each.id === id);
  set(toasts.filter((each) => each.id !== id));
  gone?.[then]?.();
}

// Takes back what was done last; false: there is nothing that could be.
export function undoNewest(): boolean {
  const newest = [...toasts].reverse().find((each) => each.undo);
  if (newest) dismiss(newest.id, 'undo');
  return newest !== undefined;
}

export interface ToastOptions {
  undo?: () => void;
  over?: () => void; // it is gone, and can be undone no more
  stays?: number; // milliseconds, without those in which somebody points at it or a dialog stands before it
}

export function toast(text: string, { stays, ...acts }: ToastOptions = {}): void {
  counter += 1;
  for (const { id } of toasts.slice(0, -2)) dismiss(id);
  set([...toasts, { id: counter, text, stays: stays ?? (acts.undo ? 10_000 : 6_000), ...acts }]);
}

export function toastError(error: unknown): void {
  const { title, detail, advice } = explain(error);
  toast([title, detail || advice].filter(Boolean).join(' · '), { stays: 12_000 });
}

const longestPoint = 15_000; // milliseconds that a pointer holds one: it may only rest there, on its way to what is below
const shortest = 3_000; // milliseconds that are left at least, once its time goes on

// Takes it away when its time is over; the time stands still while it is held.
function useTime({ id, stays }: Toast, held: boolean): void {
  const left = useRef(stays);
  useEffect(() => {
    if (held) return;
    const began = Date.now();
    const timer = setTimeout(() => dismiss(id), left.current);
    return () => {
      clearTimeout(timer);
      left.current = Math.max(shortest, left.current - (Date.now() - began));
    };
  }, [id, held]);
}

function One({ toast: one, held, onPoint, onFocus }: { toast: Toast; held: boolean; onPoint: (at: boolean) => void; onFocus: (at: boolean) => void }) {
  const t = useCommonWords();
  const { id, text, undo } = one;
  useTime(one, held);
  return (
    <div className="toast" onPointerEnter={() => onPoint(true)} onPointerLeave={() => onPoint(false)} onFocus={() => onFocus(true)} onBlur={() => onFocus(false)}>
      <p>{text}</p>
      {undo && (
        <>
          <span className="unseen">{t('undo.key', { key: undoKey.toUpperCase() })}</span>
          <button type="button" aria-keyshortcuts={`${undoKey} Control+${undoKey}`} title={t('undo.key', { key: undoKey.toUpperCase() })} onClick={() => dismiss(id, 'undo')}>
            {t('undo')}
          </button>
        </>
      )}
      <button type="button" data-plain aria-label={t('close')} onClick={() => dismiss(id)}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  // By id: one that is gone is neither pointed at nor has the focus, whether the browser says so or not.
  const [pointed, setPointed] = useState<number | null>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const behind = useDialogIsOpen();
  useEffect(() => {
    if (pointed === null) return;
    const timer = setTimeout(() => setPointed(null), longestPoint);
    return () => clearTimeout(timer);
  }, [pointed]);
  const held = behind || shown.some(({ id }) => id === pointed || id === focused);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((each) => (
        <One key={each.id} toast={each} held={held} onPoint={(at) => setPointed(at ? each.id : null)} onFocus={(at) => setFocused(at ? each.id : null)} />
      ))}
    </div>
  );
}
