// A choice of the reader that stays in this browser, as a value that components can follow. Where storage is refused it lasts as long as the page.
import { useSyncExternalStore } from 'react';

export interface Stored<T> {
  get(): T;
  set(value: T | null): void; // null: back to what it is without a choice
  use(): T;
}

export function stored<T>(key: string, fallback: () => T, isValid: (value: unknown) => value is T): Stored<T> {
  const listeners = new Set<() => void>();
  let value = read();

  function read(): T {
    try {
      const text = localStorage.getItem(key);
      if (text === null) return fallback();
      const parsed: unknown = JSON.parse(text);
      return isValid(parsed) ? parsed : fallback();
    } catch {
      return fallback();
    }
  }

  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const get = () => value;

  return {
    get,
    set(next) {
      value = next ?? fallback();
      try {
        if (next === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // private windows may refuse storage
      }
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
