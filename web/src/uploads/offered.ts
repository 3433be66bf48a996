// What was dropped while the page of uploads was not there yet waits here for it.
import { useEffect } from 'react';

import type { Found } from './files';

let waiting: Found[] = [];
let taker: ((found: Found[]) => void) | null = null;

export function offer(found: Found[]): void {
  if (taker) taker(found);
  else waiting = [...waiting, ...found];
}

export function useOffered(take: (found: Found[]) => void): void {
  useEffect(() => {
    taker = take;
    if (waiting.length) {
      const found = waiting;
      waiting = [];
      take(found);
    }
    return () => {
      taker = null;
    };
  }, [take]);
}
