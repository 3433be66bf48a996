// Deleting a few photos can be undone: they are hidden at once, and deleted when the time for it is over or the page goes.
import { useSyncExternalStore } from 'react';

import { call, send } from '../../api/client';
import { each } from './acting';

export const grace = 10_000; // milliseconds

let hidden: ReadonlySet<number> = new Set();
const listeners = new Set<() => void>();
const waiting = new Map<number, { ids: readonly number[]; timer: ReturnType<typeof setTimeout> }>();
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

// Returns how to take it back. `finished` is called when they are deleted, `failed` when that did not work.
export function deleteSoon(ids: readonly number[], finished: () => Promise<unknown>, failed: (cause: unknown) => void): () => void {
  counter += 1;
  const number = counter;
  const run = async () => {
    waiting.delete(number);
    try {
      await each(ids, (id) => call('delete', '/api/v1/images/{id}', { path: { id } }));
      await finished();
    } catch (cause) {
      failed(cause);
    }
    show(ids);
  };
  setHidden(new Set([...hidden, ...ids]));
  waiting.set(number, { ids, timer: setTimeout(() => void run(), grace) });
  return () => {
    const found = waiting.get(number);
    if (!found) return;
    clearTimeout(found.timer);
    waiting.delete(number);
    show(ids);
  };
}

// The page goes: what was asked for is done now, by requests that outlive it.
globalThis.addEventListener?.('pagehide', () => {
  for (const { ids, timer } of waiting.values()) {
    clearTimeout(timer);
    for (const id of ids) void send('DELETE', `/api/v1/images/${id}`, { keepalive: true }).catch(() => undefined);
  }
  waiting.clear();
});
