// One queue at a glance: what waits, for how long, how fast it goes, and its switches.
import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { useFormat } from '../../i18n';
import { Button, Chip, toast, toastError } from '../../ui';
import { useQueueWords } from './words';

export type Queue = Schemas['Queue'];

// That of webhooks has deliveries: what a queue tells of jobs says nothing of them.
export const hasJobs = (queue: Queue) => queue.name !== 'webhooks';

export const resumeQueue = (name: string) => call('post', '/api/v1/queues/{name}/resume', { path: { name }, body: {} });
export const pauseQueue = ({ name, reason }: { name: string; reason: string }) => call('post', '/api/v1/queues/{name}/pause', { path: { name }, body: reason ? { reason } : {} });

export function useQueueName(): (name: string) => string {
  const t = useQueueWords();
  return (name) => t.maybe(`queue.${name}`) ?? name;
}

export function QueueCard({ queue, chosen, onChoose, onAsk }: { queue: Queue; chosen: boolean; onChoose: () => void; onAsk: (ask: 'pause' | 'limits') => void }) {
  const t = useQueueWords();
  const format = useFormat();
  const can = useCan();
  const nameOf = useQueueName();
  const resume = useChange(resumeQueue, '/api/v1/queues');
  const pause = useChange(pauseQueue, '/api/v1/queues');
  const back = () => pause.mutate({ name: queue.name, reason: queue.pause_reason ?? '' }, { onError: toastError });
  const limits = [
    queue.rate && t('limit.rate', { rate: queue.rate }),
    queue.concurrency !== null && t('limit.concurrency', { count: queue.concurrency }),
    queue.max_retries !== null && t('limit.retries', { count: queue.max_retries }),
    queue.ageing_seconds !== null && t('limit.ageing', { time: format.duration(queue.ageing_seconds) }),
  ].filter(Boolean);
  const count = (value: number, over: boolean) => format.number(value) + (over ? '+' : '');
  return (
    <section className="card queues-card" data-chosen={chosen || undefined} aria-label={nameOf(queue.name)}>
      <div className="queues-card-head">
        <button type="button" className="queues-name" aria-pressed={chosen} onClick={onChoose}>
          {nameOf(queue.name)}
        </button>
        {queue.paused ? (
          <Chip tone="amber" sign="⏸">
            {t('paused')}
          </Chip>
        ) : (
          <Chip tone={queue.running ? 'blue' : 'green'} sign={queue.running ? '🔄' : '✅'}>
            {t(queue.running ? 'running' : 'ready')}
          </Chip>
        )}
      </div>
      {hasJobs(queue) && (
        <dl className="queues-figures">
          <div>
            <dt>{t('queued')}</dt>
            <dd>{count(queue.queued, queue.queued_over_limit)}</dd>
          </div>
          <div>
            <dt>{t('oldest')}</dt>
            <dd>{queue.oldest_age_seconds === null ? '–' : format.duration(queue.oldest_age_seconds)}</dd>
          </div>
          <div>
            <dt>{t('rate')}</dt>
            <dd>{t('per.minute', { count: queue.finished_last_minute })}</dd>
          </div>
        </dl>
      )}
      {queue.paused ? (
        <p className="small queues-reason">
          {queue.pause_reason ? t('paused.why', { who: queue.paused_by ?? '', reason: queue.pause_reason }) : t('paused.by', { who: queue.paused_by ?? '' })}
        </p>
      ) : (
        <p className="soft small queues-spread">
          {!hasJobs(queue) ? t('deliveries.only') : queue.wait_seconds && queue.run_seconds ? t('spread', { wait: format.duration(queue.wait_seconds.p50), run: format.duration(queue.run_seconds.p50) }) : t('spread.none')}
        </p>
      )}
      {limits.length > 0 && <p className="small soft">{limits.join(' · ')}</p>}
      {can('queues') && (
        <div className="queues-card-actions">
          {queue.paused ? (
            <Button
              icon="play"
              busy={resume.isPending}
              onClick={() => resume.mutate(queue.name, { onSuccess: () => toast(t('resumed', { queue: nameOf(queue.name) }), { undo: back }), onError: toastError })}
            >
              {t('resume')}
            </Button>
          ) : (
            <Button icon="pause" onClick={() => onAsk('pause')}>
              {t('pause')}
            </Button>
          )}
          {hasJobs(queue) && (
            <Button kind="quiet" icon="settings" onClick={() => onAsk('limits')}>
              {t('limits')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
