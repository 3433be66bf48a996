// How somebody looks at what was found: which classes, from which score on, what is pointed at. Kept while one goes from photo to photo.
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';

import { match } from '../../app/router';

import { isShown } from './finds';
import type { Find, Found } from './finds';
import { whole } from './geometry';
import type { Size, View } from './geometry';

export interface Looking {
  view: View;
  setView: (view: View) => void;
  frame: Size;
  setFrame: (frame: Size) => void;
  threshold: number;
  setThreshold: (threshold: number) => void;
  hidden: ReadonlySet<string>;
  toggle: (label: string) => void;
  only: (label: string) => void; // this class alone, or all again
  labels: boolean;
  setLabels: (shown: boolean) => void;
  marks: boolean;
  setMarks: (shown: boolean) => void;
  active: number | null;
  setActive: (id: number | null) => void;
  shown: Find[];
}

interface Kept {
  threshold: number;
  hidden: ReadonlySet<string>;
}

// Outside of the page, which begins anew with each photo.
const none: Kept = { threshold: 0, hidden: new Set() };
let kept = none;
const listeners = new Set<() => void>();

function keep(changes: Partial<Kept>): void {
  kept = { ...kept, ...changes };
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

// Forgotten by whoever leaves the photos: what is hidden there would be missed later.
export const leaveFor = (path: string): void => void (match('/images/:id', path) || keep(none));
export const keptLooking = { get: () => kept, set: keep };

export function useLooking(found: Found | null): Looking {
  const [view, setView] = useState<View>(whole);
  const [frame, setFrame] = useState<Size>({ width: 1, height: 1 });
  const { threshold, hidden } = useSyncExternalStore(subscribe, keptLooking.get);
  useEffect(() => () => leaveFor(location.pathname), []);
  const [labels, setLabels] = useState(true);
  const [marks, setMarks] = useState(true);
  const [active, setActive] = useState<number | null>(null);
  const shown = useMemo(() => found?.finds.filter((find) => isShown(find, threshold, hidden)) ?? [], [found, threshold, hidden]);
  const setThreshold = (next: number) => keep({ threshold: next });
  const toggle = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    keep({ hidden: next });
  };
  const only = (label: string) => {
    const others = found?.labels.filter((each) => each !== label) ?? [];
    keep({ hidden: others.every((each) => hidden.has(each)) && !hidden.has(label) ? new Set() : new Set(others) });
  };
  return { view, setView, frame, setFrame, threshold, setThreshold, hidden, toggle, only, labels, setLabels, marks, setMarks, active, setActive, shown };
}
