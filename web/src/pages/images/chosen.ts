// What is chosen in the list: some, which stay chosen when they leave the page or its conditions, or all that match.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { Conditions, Image } from '../../images/filter';
import type { Target } from './acting';

type Chosen = ReadonlyMap<number, Image> | 'all';

const none: Chosen = new Map();
const byId = (images: readonly Image[] | undefined) => new Map(images?.map((image) => [image.id, image]));

// `listKey`: another list has another selection.
export function useChosen(rows: readonly Image[] | undefined, conditions: Conditions, listKey: string) {
  const [chosen, setChosen] = useState<Chosen>(none);
  const clear = useCallback(() => setChosen(none), []);
  useEffect(clear, [listKey, clear]);

  // As they are now, as long as they are seen.
  useEffect(() => {
    setChosen((before) => {
      if (before === 'all') return before;
      const news = rows?.filter((image) => before.has(image.id) && before.get(image.id) !== image) ?? [];
      return news.length ? new Map([...before, ...byId(news)]) : before;
    });
  }, [rows]);

  const target: Target | null = useMemo(() => {
    if (chosen === 'all') return { kind: 'all', conditions };
    return chosen.size ? { kind: 'some', images: [...chosen.values()] } : null;
  }, [chosen, conditions]);

  const isSelected = useCallback((image: Image) => chosen === 'all' || chosen.has(image.id), [chosen]);
  const choose = useCallback((images: readonly Image[]) => setChosen(byId(images)), []);
  const chooseAll = useCallback(() => setChosen('all'), []);
  const present = useRef(rows);
  present.current = rows;
  // The same function all the time: rows that did not change are not drawn again.
  const toggle = useCallback(
    (image: Image) =>
      setChosen((before) => {
        const next = new Map(before === 'all' ? byId(present.current) : before);
        if (!next.delete(image.id)) next.set(image.id, image);
        return next;
      }),
    [],
  );
  return { target, isSelected, toggle, choose, chooseAll, clear };
}
