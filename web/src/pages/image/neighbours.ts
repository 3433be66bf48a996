// The photos before and after this one, in the list that one came from: its conditions stand in the address.
import { useQuery } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { ApiError, Schemas } from '../../api/client';

type Image = Schemas['Image'];

export interface Order {
  conditions: Schemas['ImageFilter'];
  sort: 'newest' | 'oldest' | 'title';
}

export interface Neighbours {
  previous: number | null;
  next: number | null;
}

const manyPages = 5; // of 200, through which a list by title is followed

async function newer(image: Image, { conditions }: Order): Promise<number | null> {
  const since = conditions.since && conditions.since > image.created_at ? conditions.since : image.created_at;
  const { items } = await call('get', '/api/v1/images', { query: { ...conditions, since, sort: 'oldest', limit: 20 } });
  return items.find((each) => each.id > image.id)?.id ?? null;
}

async function older(image: Image, { conditions }: Order): Promise<number | null> {
  const { items } = await call('get', '/api/v1/images', { query: { ...conditions, before: image.id, limit: 1 } });
  return items[0]?.id ?? null;
}

async function byTitle(image: Image, { conditions }: Order): Promise<Neighbours> {
  let cursor: string | null = null;
  let before: number | null = null;
  let found = false;
  for (let page = 0; page < manyPages; page += 1) {
    const answer: { items: Image[]; next_cursor: string | null } = await call('get', '/api/v1/images', { query: { ...conditions, sort: 'title', limit: 200, ...(cursor ? { cursor } : {}) } });
    for (const each of answer.items) {
      if (found) return { previous: before, next: each.id };
      if (each.id === image.id) found = true;
      else before = each.id;
    }
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return { previous: found ? before : null, next: null };
}

async function neighboursOf(image: Image, order: Order): Promise<Neighbours> {
  if (order.sort === 'title') return byTitle(image, order);
  const [up, down] = await Promise.all([newer(image, order), older(image, order)]);
  return order.sort === 'newest' ? { previous: up, next: down } : { previous: down, next: up };
}

export function useNeighbours(image: Image | undefined, order: Order): Neighbours {
  // Below the pattern of the list, so that whatever changes the list makes this old, too.
  const query = useQuery<Neighbours, ApiError>({
    queryKey: ['/api/v1/images', 'neighbours', image?.id, order],
    queryFn: () => neighboursOf(image!, order),
    enabled: image !== undefined,
    staleTime: 15_000,
  });
  return query.data ?? { previous: null, next: null };
}
