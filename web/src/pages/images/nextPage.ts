import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { call } from '../../api/client';
import { keyOf } from '../../api/hooks';
import { queryOf } from '../../images/filter';
import type { View } from '../../images/filter';

const soon = 'requestIdleCallback' in globalThis ? (then: () => void) => requestIdleCallback(then, { timeout: 2000 }) : (then: () => void) => setTimeout(then, 200) as unknown as number;
const notAnyMore = 'cancelIdleCallback' in globalThis ? (id: number) => cancelIdleCallback(id) : (id: number) => clearTimeout(id);
const savesData = () => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

// Reads the next page of the list while nothing else is to be done, so that it is there when it is asked for; who pays for data is spared it.
export function useNextPage(view: View, next: string | null | undefined): void {
  const client = useQueryClient();
  const query = next ? queryOf({ ...view, cursor: next }) : null;
  const text = JSON.stringify(query);
  useEffect(() => {
    if (!query || savesData()) return;
    const asked = { query };
    const id = soon(() => void client.prefetchQuery({ queryKey: keyOf('/api/v1/images', asked), queryFn: ({ signal }) => call('get', '/api/v1/images', { ...asked, signal }), staleTime: 60_000 }));
    return () => notAnyMore(id);
  }, [client, text]);
}
