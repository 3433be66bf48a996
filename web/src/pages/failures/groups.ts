// What failed and was not dealt with, by its cause.
import { useQuery } from '@tanstack/react-query';

import { ApiError, addressOf, call, send } from '../../api/client';
import type { Schemas } from '../../api/client';

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

type Image = Schemas['Image'];

const sampled = 6;

// Causes out of failed photos, for a server that has no list of causes: by code and model, the most frequent first. Pure.
export function grouped(images: readonly Image[], since: string | undefined): Failures {
  const groups = new Map<string, Image[]>();
  const failed = images.filter((image) => image.error_code && (!since || image.updated_at >= since)).sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  for (const image of failed) {
    const key = JSON.stringify([image.error_code, image.model]);
    groups.set(key, [...(groups.get(key) ?? []), image]);
  }
  const items = [...groups].map(([cause, of]): Group => {
    const newest = of[0]!;
    return {
      cause,
      error_code: newest.error_code!,
      message: newest.error_message ?? '',
      queue: '',
      kind: 'image.process',
      model: newest.model,
      count: of.length,
      first_at: of.at(-1)!.updated_at,
      last_at: newest.updated_at,
      filter: { state: 'failed', error: newest.error_code!, model: newest.model },
      samples: of.slice(0, sampled).map((image) => ({ job_id: image.job_id, image_id: image.id, title: image.title, thumbnail_url: image.thumbnail_url, error_message: image.error_message ?? '', failed_at: image.updated_at })),
    };
  });
  return { items: items.sort((a, b) => b.count - a.count), failures: failed.length, groups: items.length };
}

async function read(query: FailureQuery, signal: AbortSignal): Promise<Failures> {
  try {
    return (await (await send('GET', addressOf('/api/v1/failures', undefined, query), { signal })).json()) as Failures;
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.status !== 404) throw cause;
    const { items } = await call('get', '/api/v1/images', { query: { status: 'failed', limit: 200 }, signal });
    return grouped(items, query.since);
  }
}

export interface FailureQuery {
  since?: string;
  limit?: number;
}

export function useFailures(query: FailureQuery) {
  return useQuery<Failures, ApiError>({
    queryKey: ['/api/v1/failures', query],
    queryFn: ({ signal }) => read(query, signal),
    placeholderData: (before) => before,
  });
}
