// The list of jobs by conditions, and those in line in their order.
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { ApiError, Schemas } from '../../api/client';

type Job = Schemas['Job'];

export interface JobQuery {
  state?: Schemas['JobState'];
  queue?: string;
  kind?: string; // or its first word
  model?: string;
  owner?: string;
  order?: 'newest' | 'line';
  limit: number;
}

export interface Jobs {
  items: Job[];
  counts: Schemas['JobCounts'];
}

const meets = (job: Job, { queue, kind, model, owner }: JobQuery) =>
  (!queue || job.queue === queue) && (!kind || job.kind === kind || job.kind.startsWith(`${kind}.`)) && (!model || job.model === model) && (!owner || job.owner === owner);

async function read(query: JobQuery, signal: AbortSignal): Promise<Jobs> {
  const state = query.order === 'line' ? 'queued' : query.state;
  const { items, counts } = await call('get', '/api/v1/jobs', { query: { limit: 200, ...(state && { state }) }, signal });
  const found = items.filter((job) => meets(job, query));
  if (query.order === 'line') found.sort((a, b) => b.priority - a.priority || a.created_at.localeCompare(b.created_at) || a.job_id.localeCompare(b.job_id));
  return { items: found.slice(0, query.limit), counts };
}

export function useJobs(query: JobQuery) {
  return useQuery<Jobs, ApiError>({ queryKey: ['/api/v1/jobs', null, query], queryFn: ({ signal }) => read(query, signal), placeholderData: keepPreviousData });
}
