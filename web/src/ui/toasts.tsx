// Short messages about what was done, with a way back where there is one. toast('3 deleted', { undo: () => ... }) from anywhere.
import { useEffect, useSyncExternalStore } from 'react';

import { Icon } from './Icon';
import { explain, useCommonWords } from './words';

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
  stays: number; // milliseconds
}

let toasts: readonly Toast[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => set(toasts.filter((each) => each.id !== id));

export function toast(text: string, { undo, stays = undo ? 10_000 : 6_000 }: { undo?: () => void; stays?: number } = {}): void {
  counter += 1;
  set([...toasts.slice(-2), { id: counter, text, stays, ...(undo ? { undo } : {}) }]);
}

export function toastError(error: unknown): void {
  const { title, detail, advice } = explain(error);
  toast([title, detail || advice].filter(Boolean).join(' · '), { stays: 12_000 });
}

function One({ toast: { id, text, undo, stays } }: { toast: Toast }) {
  const t = useCommonWords();
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), stays);
    return () => clearTimeout(timer);
  }, [id, stays]);
  return (
    <div className="toast">
      <p>{text}</p>
      {undo && (
        <button
          type="button"
          onClick={() => {
            dismiss(id);
            undo();
          }}
        >
          {t('undo')}
        </button>
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
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((each) => (
        <One key={each.id} toast={each} />
      ))}
    </div>
  );
}
