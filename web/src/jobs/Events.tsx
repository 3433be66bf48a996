// What happened, by whom and why, newest first.
import type { Schemas } from '../api/client';
import { Skeleton, Time } from '../ui';
import { useJobWords } from './words';

type Event = Schemas['Event'];

const signs: Record<string, string> = {
  'image.created': 'blue',
  'job.completed': 'green',
  'job.failed': 'red',
  'job.crashed': 'red',
  'delivery.dead': 'red',
  'job.retry_scheduled': 'amber',
  'job.interrupted': 'amber',
  'job.started': 'blue',
};

function Particulars({ event }: { event: Event }) {
  const t = useJobWords();
  const data = event.data as Record<string, unknown>;
  const parts: string[] = [];
  if (event.type === 'job.reprioritised' && data.to !== undefined) parts.push(t('event.priority', { from: Number(data.from), to: Number(data.to) }));
  if (typeof data.attempt === 'number') parts.push(t('event.attempt', { number: data.attempt }));
  const code = data.error_code ?? data.code;
  if (typeof code === 'string') parts.push(code);
  return parts.length ? <span className="soft small">{parts.join(' · ')}</span> : null;
}

export function Events({ events }: { events: readonly Event[] | undefined }) {
  const t = useJobWords();
  if (!events) return <Skeleton height="8rem" />;
  return (
    <ol className="jobs-events">
      {[...events].reverse().map((event) => (
        <li key={event.id} data-tone={signs[event.type] ?? 'grey'}>
          <div className="jobs-event-head">
            <span>{t.maybe(`event.${event.type}`) ?? event.type}</span>
            <span className="soft small">{t('event.by', { who: event.actor })}</span>
            <Particulars event={event} />
            <span className="jobs-event-time soft small">
              <Time at={event.at} />
            </span>
          </div>
          {event.reason && <p className="jobs-event-reason">{event.reason}</p>}
        </li>
      ))}
    </ol>
  );
}
