// Reads of the API as React state, and changes that freshen what they touch.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Query, QueryClient, UseMutationResult, UseQueryOptions, UseQueryResult } from '@tanstack/react-query';

import { call } from './client';
import type { Answer, ApiError, Asked, PathsWith } from './client';

// A read has the key [pattern, path parameters, query], so that live events and changes can name what they made old by its pattern: see touch().
export const keyOf = (pattern: string, asked: { path?: unknown; query?: unknown } = {}) => [pattern, asked.path ?? null, asked.query ?? null] as const;

type Options<T> = Omit<UseQueryOptions<T, ApiError, T>, 'queryKey' | 'queryFn'>;

// Keeps the former answer while the next one is on its way, so that nothing jumps.
export function useApi<P extends PathsWith<'get'>>(pattern: P, asked: Asked<'get', P> = {}, options: Options<Answer<'get', P>> = {}): UseQueryResult<Answer<'get', P>, ApiError> {
  return useQuery<Answer<'get', P>, ApiError>({
    queryKey: keyOf(pattern as string, asked),
    queryFn: ({ signal }) => call('get', pattern, { ...asked, signal } as Asked<'get', P>),
    // Of another page of the same list, not of another thing.
    placeholderData: ((former: unknown, query: { queryKey: readonly unknown[] } | undefined) => (JSON.stringify(query?.queryKey[1]) === JSON.stringify(asked.path ?? null) ? former : undefined)) as never,
    ...options,
  });
}

const beginsWith = (beginnings: readonly string[]) => ({ queryKey: [first] }: Query) => typeof first === 'string' && beginnings.some((beginning) => first.startsWith(beginning));

// Makes every read old whose pattern begins with one of these, and reads again those that are shown.
export function touch(client: QueryClient, ...beginnings: string[]): Promise<void> {
  return client.invalidateQueries({ predicate: beginsWith(beginnings) });
}

const onceMore = new WeakSet<Query>();

// As touch(), for what comes again and again: a read that is on its way is not begun anew, which a slow one would never survive, but read once more afterwards.
export function freshen(client: QueryClient, ...beginnings: string[]): void {
  for (const query of client.getQueryCache().findAll({ predicate: beginsWith(beginnings) })) {
    const again = () => client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    if (query.state.fetchStatus === 'idle') void again();
    else if (!onceMore.has(query)) {
      onceMore.add(query);
      void Promise.resolve(query.promise)
        .catch(() => undefined)
        .then(() => {
          onceMore.delete(query);
          return again();
        });
    }
  }
}

// A change: const pause = useChange((name: string) => call('post', '/api/v1/queues/{name}/pause', { path: { name } }), '/api/v1/queues');
export function useChange<V = void, T = unknown>(change: (values: V) => Promise<T>, ...touches: string[]): UseMutationResult<T, ApiError, V> {
  const client = useQueryClient();
  return useMutation<T, ApiError, V>({ mutationFn: change, onSettled: () => touch(client, ...touches) });
}
