// What failed and was not dealt with, by its cause.
import { useQuery } from '@tanstack/react-query';

import { addressOf, send } from '../../api/client';
import type { ApiError, Schemas } from '../../api/client';

export interface Sample {
  job_id: string;
  image_id: number | null;
  title: string | null;
  thumbnail_url: string | null;
  error_message: string;
  failed_at: string;
}

export interface Group {
  cause: string;
  error_code: string;
  message: string;
  queue: string;
  kind: string;
  model: string;
  count: number;
  first_at: string;
  last_at: string;
  filter: Schemas['JobFilter'] | null;
  samples: Sample[];
}

export interface Failures {
  items: Group[];
  failures: number;
  groups: number;
}

export function useFailures(query: { model?: string; since?: string; limit?: number }) {
  return useQuery<Failures, ApiError>({
    queryKey: ['/api/v1/failures', query],
    queryFn: async ({ signal }) => (await send('GET', addressOf('/api/v1/failures', undefined, query), { signal })).json() as Promise<Failures>,
    placeholderData: (before) => before,
  });
}
