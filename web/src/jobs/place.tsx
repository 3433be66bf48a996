// Why a job is not running, and when it may start: the server's reason, in the reader's words.
import type { Schemas } from '../api/client';
import { useApi } from '../api/hooks';
import { useCan } from '../api/session';
import { useFormat } from '../i18n';
import { useJobWords } from './words';

export type Place = Schemas['Place'];

export interface Waiting {
  queue: string;
  model: string;
  attempt: number;
  max_attempts: number;
  next_attempt_at: string | null;
  worker?: string | null;
}

const reasons = ['scheduled', 'retry_wait', 'paused', 'no_worker', 'draining', 'concurrency_limited', 'rate_limited', 'next', 'in_line', 'running', 'finished'] as const;

// In a few words, for a row of a list.
export function usePlaceShort(): (place: Place) => string {
  const t = useJobWords();
  return (place) => (reasons.includes(place.code) ? t(`place.short.${place.code}`, { ahead: place.position ?? 0 }) : place.message);
}

export function usePlaceSentences(place: Place | undefined, job: Waiting): string[] {
  const t = useJobWords();
  const format = useFormat();
  const can = useCan();
  // Only who may look at queues learns who paused one, and why.
  const queues = useApi('/api/v1/queues', {}, { enabled: place?.code === 'paused' && can('watch') });
  if (!place) return [];
  const when = job.next_attempt_at ? format.relative(job.next_attempt_at) : '';
  const limited = ['concurrency_limited', 'rate_limited'].includes(place.code);
  const sentences: string[] = [];
  const queue = queues.data?.items.find((each) => each.name === job.queue);
  if (place.code === 'paused' && queue?.paused_by) {
    sentences.push(t(queue.pause_reason ? 'place.paused.why' : 'place.paused.by', { queue: job.queue, who: queue.paused_by, reason: queue.pause_reason }));
  } else if (place.code === 'no_worker' && job.queue === 'maintenance') {
    sentences.push(t('place.no_worker.maintenance'));
  } else if (place.code === 'in_line' && place.over_limit) {
    sentences.push(t('place.in_line.many', { ahead: place.position ?? 0 }));
  } else {
    sentences.push(t(`place.${place.code}`, { when, attempt: job.attempt, most: job.max_attempts, queue: job.queue, model: job.model, worker: job.worker ?? '', ahead: place.position ?? 0 }));
  }
  if (limited && place.position !== null) sentences.push(t('place.ahead', { ahead: place.position }));
  if (place.starts_in_seconds !== null) {
    const values = { time: format.duration(place.starts_in_seconds), error: format.duration(place.starts_in_error_seconds ?? 0) };
    sentences.push(t(place.starts_in_error_seconds === null ? 'place.starts.within' : 'place.starts', values));
  } else if (place.code === 'in_line') sentences.push(t('place.unknown'));
  return sentences;
}

// Asks again and again while it waits: others come and go before it without an event of its own.
export function usePlace(jobId: string, enabled: boolean) {
  return useApi('/api/v1/jobs/{id}/place', { path: { id: jobId } }, { enabled, refetchInterval: 4000, placeholderData: undefined as never });
}
