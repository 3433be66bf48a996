// What earlier jobs of a photo found, also other models.
import { useQuery } from '@tanstack/react-query';

import { addressOf, send } from '../../api/client';
import type { ApiError } from '../../api/client';
import type { Result } from './finds';

export interface PastResult {
  job_id: string;
  model: string;
  model_version: string;
  made_at: string;
  is_newest: boolean;
  newest_of_model: boolean;
}

const read = async <T>(pattern: string, path: Record<string, string | number>, signal: AbortSignal) => (await send('GET', addressOf(pattern, path), { signal })).json() as Promise<T>;

// Below the pattern of images, so that whatever happens to the photo makes them old.
export function useResults(id: number) {
  return useQuery<PastResult[], ApiError>({
    queryKey: ['/api/v1/images/{id}/results', id],
    queryFn: async ({ signal }) => (await read<{ items: PastResult[] }>('/api/v1/images/{id}/results', { id }, signal)).items,
    retry: false,
  });
}

export function useResult(id: number, job: string | null) {
  return useQuery<Result, ApiError>({
    queryKey: ['result', id, job],
    queryFn: async ({ signal }) => (await read<{ result: Result }>('/api/v1/images/{id}/results/{job}', { id, job: job! }, signal)).result,
    enabled: job !== null,
    staleTime: Infinity, // a result never changes
  });
}
