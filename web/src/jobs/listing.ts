// The list of jobs by conditions, newest first or in line: as many as are wanted, page by page.
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { call } from '../api/client';
import type { ApiError, Schemas } from '../api/client';

type Job = Schemas['Job'];

export interface JobQuery {
  state?: Schemas['JobState'];
  queue?: string | undefined;
  kind?: string; // or its first word
  model?: string;
  owner?: string;
  order?: 'newest' | 'line';
  place?: boolean; // of each that has no end
  cursor?: string;
  limit: number;
}

export interface Jobs {
  items: Job[];
  counts: Schemas['JobCounts'];
  next: string | null; // the cursor of what follows
}

const largestPage = 200;
const mostPages = 30; // of a search that finds little

export async function readJobs({ limit, cursor, ...conditions }: JobQuery, signal: AbortSignal): Promise<Jobs> {
  const items: Job[] = [];
  let next: string | null = cursor ?? null;
  for (let count = 1; ; count += 1) {
    const page = await call('get', '/api/v1/jobs', { query: { ...conditions, ...(next && { cursor: next }), limit: Math.min(limit - items.length, largestPage) }, signal });
    items.push(...page.items);
    next = page.next_cursor;
    if (!next || items.length >= limit || count === mostPages) return { items, counts: page.counts, next };
  }
}

export function useJobs(query: JobQuery, options: { refetchInterval?: number } = {}) {
  return useQuery<Jobs, ApiError>({ queryKey: ['/api/v1/jobs', null, query], queryFn: ({ signal }) => readJobs(query, signal), placeholderData: keepPreviousData, ...options });
}
