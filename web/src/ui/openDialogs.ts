// How many dialogs are open: what stands behind one can be neither seen well nor clicked, and should not run out of time meanwhile.
import { useSyncExternalStore } from 'react';

let open = 0;
const listeners = new Set<() => void>();

function change(by: number): void {
  open += by;
  for (const listener of listeners) listener();
}

// Counts one, until what it returns is called.
export function countDialog(): () => void {
  change(1);
  return () => change(-1);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useDialogIsOpen = (): boolean => useSyncExternalStore(subscribe, () => open > 0);
