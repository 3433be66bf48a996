// Whether an element is in the window, or was a moment ago: what is out of sight need not be asked for.
import { useEffect, useState } from 'react';
import type { RefCallback } from 'react';

const margin = '100px'; // so that it is there when it comes in sight
const tellers = new Map<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | null = null;

function watch(element: Element, tell: (seen: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) tellers.get(target)?.(isIntersecting);
    },
    { rootMargin: margin },
  );
  tellers.set(element, tell);
  observer.observe(element);
  return () => {
    observer?.unobserve(element);
    tellers.delete(element);
  };
}

export function useInSight<T extends Element>(): [RefCallback<T>, boolean] {
  const [element, setElement] = useState<T | null>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => (element ? watch(element, setSeen) : undefined), [element]);
  return [setElement, seen];
}
