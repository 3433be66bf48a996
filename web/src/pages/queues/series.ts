// What the queues did, step by step.
import { useQuery } from '@tanstack/react-query';

import { addressOf, send } from '../../api/client';
import type { ApiError } from '../../api/client';

export interface Step {
  at: string;
  completed: number;
  failed: number;
  cancelled: number;
  wait_seconds: { p50: number; p95: number } | null;
  run_seconds: { p50: number; p95: number } | null;
  depth: number | null;
}

export interface Series {
  step_seconds: number;
  items: Step[];
}

export function useSeries(queue: string, minutes: number) {
  return useQuery<Series, ApiError>({
    queryKey: ['/api/v1/stats/series', queue, minutes],
    queryFn: async ({ signal }) => (await send('GET', addressOf('/api/v1/stats/series', undefined, { minutes, queue }), { signal })).json() as Promise<Series>,
    refetchInterval: 20_000,
    staleTime: 15_000,
    placeholderData: (before) => before,
  });
}
