// How somebody looks at what was found: which classes, from which score on, what is pointed at. Kept while one goes from photo to photo.
import { useMemo, useState } from 'react';

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

export function useLooking(found: Found | null): Looking {
  const [view, setView] = useState<View>(whole);
  const [frame, setFrame] = useState<Size>({ width: 1, height: 1 });
  const [threshold, setThreshold] = useState(0);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [labels, setLabels] = useState(true);
  const [marks, setMarks] = useState(true);
  const [active, setActive] = useState<number | null>(null);
  const shown = useMemo(() => found?.finds.filter((find) => isShown(find, threshold, hidden)) ?? [], [found, threshold, hidden]);
  const toggle = (label: string) =>
    setHidden((before) => {
      const next = new Set(before);
      if (!next.delete(label)) next.add(label);
      return next;
    });
  const only = (label: string) =>
    setHidden((before) => {
      const others = found?.labels.filter((each) => each !== label) ?? [];
      return others.every((each) => before.has(each)) && !before.has(label) ? new Set() : new Set(others);
    });
  return { view, setView, frame, setFrame, threshold, setThreshold, hidden, toggle, only, labels, setLabels, marks, setMarks, active, setActive, shown };
}
