import { useSyncExternalStore } from 'react';

import { useFormat } from '../i18n';

// One clock for all times on the page: it ticks while somebody looks.
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 5000);
  return () => {
    listeners.delete(listener);
    if (listeners.size || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

// A moment as people say it, with the exact time, in the chosen zone, when one points at it.
export function Time({ at }: { at: string | null | undefined }) {
  const format = useFormat();
  const present = useNow();
  if (!at) return <span className="soft">–</span>;
  return (
    <time dateTime={at} title={`${format.dateTime(at)} (${format.zone})`}>
      {format.relative(at, Math.max(present, new Date(at).getTime()))}
    </time>
  );
}

// A moment that may lie ahead: in 5 minutes.
export function When({ at }: { at: string }) {
  const format = useFormat();
  const present = useNow();
  return (
    <time dateTime={at} title={`${format.dateTime(at)} (${format.zone})`}>
      {format.relative(at, present)}
    </time>
  );
}

export function Bytes({ count }: { count: number }) {
  const format = useFormat();
  return (
    <span className="number" title={`${format.number(count)} B`}>
      {format.bytes(count)}
    </span>
  );
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  const format = useFormat();
  if (seconds === null || seconds === undefined) return <span className="soft">–</span>;
  return <span className="number">{format.duration(seconds)}</span>;
}
