// A list that does not move under the hand of whoever reads it. The photos that were shown stay where they are and go on live; those that would come in
// between or above them wait until they are asked for. What the reader did last (conditions, order, page) shows a list as the server has it.
import { replaceEqualDeep } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';

import { useApi } from '../../api/hooks';
import { pageSize, queryOf } from '../../images/filter';
import type { Image, View } from '../../images/filter';

export interface Parted {
  rows: readonly Image[];
  arrived: readonly Image[]; // that would move rows
}

// Parts a fresh answer by the ids that are shown. Behind the last of them there is nothing to move, so that these come in at once. Pure.
export function part(fresh: readonly Image[], shown: ReadonlySet<number>, newestFirst: boolean): Parted {
  if (!shown.size) return { rows: fresh, arrived: [] };
  const lowest = Math.min(...shown);
  const last = Math.max(-1, ...fresh.map((image, index) => (shown.has(image.id) ? index : -1)));
  const isBehind = (image: Image, index: number) => (newestFirst ? image.id < lowest : index > last);
  const rows = fresh.filter((image, index) => shown.has(image.id) || isBehind(image, index));
  return { rows, arrived: fresh.filter((image) => !rows.includes(image)) };
}

export interface Steady {
  rows: readonly Image[] | undefined; // undefined: on their way
  arrived: number;
  more: boolean; // than that, maybe
  next: string | null | undefined; // the cursor of what comes behind the rows
  show: () => void;
}

interface Answered {
  data: { items: readonly Image[]; next_cursor?: string | null } | undefined;
  isPlaceholderData: boolean;
  isFetching: boolean;
}

export function useSteady(view: View, answer: Answered): Steady {
  const query = queryOf(view);
  const key = JSON.stringify(query);
  // What is shown, of which list; of a list that was just asked for nothing yet, also where a former answer to it is at hand.
  const shown = useRef<{ key: string; ids: ReadonlySet<number> } | null>(null);
  const last = useRef<readonly Image[] | undefined>(undefined);
  const [shows, show] = useReducer((count: number) => count + 1, 0);
  const showAll = useCallback(() => {
    shown.current = null;
    show();
  }, []);

  const ids = shown.current?.key === key ? shown.current.ids : null;
  const fresh = answer.isPlaceholderData ? undefined : answer.data?.items;
  const newestFirst = view.sort === 'newest';
  // Where nobody looks, nothing moves under anyone's hand.
  const parted = useMemo(() => fresh && part(fresh, (document.visibilityState === 'visible' && ids) || new Set(), newestFirst), [fresh, ids, newestFirst, shows]);
  // New photos push those that are shown off the first page: it is read from the first of these on.
  const top = newestFirst && !view.cursor && ids?.size && parted?.arrived.length ? Math.max(...ids) : null;
  const from = useApi('/api/v1/images', { query: { ...query, before: (top ?? 0) + 1 } }, { enabled: top !== null });

  const rows = useMemo(() => {
    if (!parted) return answer.data && last.current; // of the former list, until this one is there
    let found = parted.rows;
    if (top !== null && ids) {
      const pinned = from.isPlaceholderData ? undefined : from.data?.items;
      const fresher = new Map(fresh?.map((image) => [image.id, image]));
      found = pinned ? part(pinned, ids, true).rows : (last.current ?? []).map((image) => fresher.get(image.id) ?? image);
    }
    // By id, since one that comes or goes moves the places of the others: what did not change is the same object, and not drawn again.
    const before = new Map(last.current?.map((image) => [image.id, image]));
    const same = found.map((image) => replaceEqualDeep(before.get(image.id), image) as Image);
    return same.length === last.current?.length && same.every((image, index) => image === last.current![index]) ? last.current : same;
  }, [parted, top, ids, from.data, from.isPlaceholderData, fresh, answer.data]);

  const arrived = parted?.arrived.length ?? 0;
  const isSettled = fresh !== undefined && (ids !== null || !answer.isFetching);
  useEffect(() => {
    last.current = rows;
    if (!isSettled || !rows) return;
    if (!rows.length && arrived) return showAll();
    shown.current = { key, ids: new Set(rows.map((image) => image.id)) };
  }, [rows, arrived, isSettled, key, showAll]);

  return { rows, arrived, more: arrived >= pageSize, next: ((top !== null && from.data) || answer.data)?.next_cursor, show: showAll };
}
