// The list of jobs by conditions, and those in line in their order. The API lists by state, newest first: the rest is judged here, of the newest 200.
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { ApiError, Schemas } from '../../api/client';

type Job = Schemas['Job'];

export interface JobQuery {
  state?: Schemas['JobState'];
  queue?: string | undefined;
  kind?: string; // or its first word
  model?: string;
  owner?: string;
  order?: 'newest' | 'line';
  limit: number; // at most 200
}

export interface Jobs {
  items: Job[];
  counts: Schemas['JobCounts'];
}

const meets = (job: Job, { queue, kind, model, owner }: JobQuery) =>
  (!queue || job.queue === queue) && (!kind || job.kind === kind || job.kind.startsWith(`${kind}.`)) && (!model || job.model === model) && (!owner || job.owner === owner);

// As claims take them: the most urgent first, then the owners by turns, then who came first. Pure.
export function inLine<T extends Pick<Job, 'job_id' | 'model' | 'owner' | 'priority' | 'created_at'>>(jobs: readonly T[]): T[] {
  const arrived = [...jobs].sort((a, b) => a.created_at.localeCompare(b.created_at) || a.job_id.localeCompare(b.job_id));
  const turns = new Map<string, number>();
  const ranked = arrived.map((job, arrival) => {
    const line = JSON.stringify([job.model, job.priority, job.owner]);
    const turn = turns.get(line) ?? 0;
    turns.set(line, turn + 1);
    return { job, arrival, turn };
  });
  return ranked.sort((a, b) => b.job.priority - a.job.priority || a.turn - b.turn || a.arrival - b.arrival).map(({ job }) => job);
}

async function read(query: JobQuery, signal: AbortSignal): Promise<Jobs> {
  const state = query.order === 'line' ? 'queued' : query.state;
  const { items, counts } = await call('get', '/api/v1/jobs', { query: { limit: 200, ...(state && { state }) }, signal });
  // Turns are of all that wait, so that they are counted before conditions leave some out.
  const ordered = query.order === 'line' ? inLine(items.filter((job) => meets(job, { queue: query.queue, limit: 0 }))) : items;
  return { items: ordered.filter((job) => meets(job, query)).slice(0, query.limit), counts };
}

export function useJobs(query: JobQuery) {
  return useQuery<Jobs, ApiError>({ queryKey: ['/api/v1/jobs', null, query], queryFn: ({ signal }) => read(query, signal), placeholderData: keepPreviousData });
}
