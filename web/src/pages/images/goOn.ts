import { useCallback, useEffect, useRef } from 'react';
import type { RefObject } from 'react';

// After an act the buttons it was done with are gone: whoever had the focus on one goes on from the first row, not from the top of the page.
// `idle`: nothing is chosen, and nothing is asked.
export function useGoOn(list: RefObject<HTMLElement>, idle: boolean): () => void {
  const wanted = useRef(false);
  useEffect(() => {
    if (!idle) {
      wanted.current = true;
    } else if (wanted.current) {
      wanted.current = false;
      // A frame later: until then a dialog that was closed may still keep the page from the focus.
      requestAnimationFrame(() => {
        if (document.activeElement && document.activeElement !== document.body) return;
        (list.current?.querySelector<HTMLElement>('tbody tr[tabindex="0"]') ?? list.current?.querySelector<HTMLElement>('.table-frame'))?.focus({ preventScroll: true });
      });
    }
  });
  return useCallback(() => void (wanted.current = true), []);
}
