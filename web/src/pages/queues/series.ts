// What the queues did, step by step.
import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';

export type Step = Schemas['StatsStep'];

export const useSeries = (queue: string, minutes: number) => useApi('/api/v1/stats/series', { query: { minutes, queue } }, { refetchInterval: 20_000, staleTime: 15_000 });
