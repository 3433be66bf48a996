// The room that an element once needed stays its own as long as it is shown: what stands below it does not jump when a live list becomes short.
import { useEffect, useState } from 'react';
import type { CSSProperties, RefCallback } from 'react';

export function useKeptRoom<T extends HTMLElement>(): { ref: RefCallback<T>; style: CSSProperties } {
  const [element, setElement] = useState<T | null>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { offsetWidth: width, offsetHeight: height } = element;
      setRoom((before) => (before.width === width ? { width, height: Math.max(before.height, height) } : { width, height: 0 })); // another width has other heights
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return { ref: setElement, style: { minHeight: room.height || undefined } };
}
