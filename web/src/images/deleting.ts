// Deleting a few photos can be undone: they are hidden at once, and deleted when the message with the way back is gone, or the page.
import { useSyncExternalStore } from 'react';

import { ApiError, call, send } from '../api/client';
import { each } from '../api/each';
import { chosenLanguage } from '../i18n';
import { wordsOf } from '../i18n/words';
import en from '../messages/en/images';
import ko from '../messages/ko/images';
import { toast, toastError } from '../ui';

export const grace = 10_000; // milliseconds

let hidden: ReadonlySet<number> = new Set();
const listeners = new Set<() => void>();
const waiting = new Map<number, readonly number[]>();
let counter = 0;

function setHidden(next: ReadonlySet<number>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useHidden = (): ReadonlySet<number> => useSyncExternalStore(subscribe, () => hidden);

const show = (ids: readonly number[]) => setHidden(new Set([...hidden].filter((id) => !ids.includes(id))));

// One that is gone already is no failure.
const remove = (id: number) =>
  call('delete', '/api/v1/images/{id}', { path: { id } }).catch((cause: unknown) => {
    if (!(cause instanceof ApiError && cause.status === 404)) throw cause;
  });

// Says so with `text` and a way back. `finished` is called when they are deleted; those that could not be are told and shown again.
export function deleteSoon(ids: readonly number[], text: string, finished: () => Promise<unknown>): void {
  counter += 1;
  const number = counter;
  const over = async () => {
    waiting.delete(number);
    try {
      const { failed } = await each(ids, remove);
      if (failed) toast(wordsOf(en, ko, chosenLanguage.get())('failed.delete', { count: failed }));
      await finished();
    } catch (cause) {
      toastError(cause);
    }
    show(ids);
  };
  const undo = () => {
    waiting.delete(number);
    show(ids);
  };
  setHidden(new Set([...hidden, ...ids]));
  waiting.set(number, ids);
  toast(text, { undo, over: () => void over() });
}

// The page goes: what was asked for is done now, by requests that outlive it.
globalThis.addEventListener?.('pagehide', () => {
  for (const ids of waiting.values()) {
    for (const id of ids) void send('DELETE', `/api/v1/images/${id}`, { keepalive: true }).catch(() => undefined);
  }
  waiting.clear();
});
