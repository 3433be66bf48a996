// What waits, in the order in which it starts: why each waits, in words, and a way to move or cancel some of them or all that match.
import { useMemo, useState } from 'react';

import type { Schemas } from '../../api/client';
import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { useFormat } from '../../i18n';
import { JobLink } from '../../jobs/JobLink';
import { useJobs } from '../../jobs/listing';
import { usePlaceSentences, usePlaceShort } from '../../jobs/place';
import { Button, ErrorNotice, Notice, Table, Time, useKeptRoom } from '../../ui';
import type { Column } from '../../ui';
import { MoveDialog } from './MoveDialog';
import type { Target } from './MoveDialog';
import type { Queue } from './QueueCard';
import { useQueueWords } from './words';

type Job = Schemas['Job'];

const shown = 25;
const furtherBack = 200; // with each asking for more

function Why({ job: { place } }: { job: Job }) {
  const short = usePlaceShort();
  const format = useFormat();
  const t = useQueueWords();
  if (!place) return null;
  return (
    <span>
      {short(place)}
      {place.starts_in_seconds !== null && <span className="soft small"> · {t('starts.in', { time: format.duration(place.starts_in_seconds) })}</span>}
    </span>
  );
}

// Why the first one waits is why all of them do.
function WhyAll({ job }: { job: Job }) {
  const place = job.place ?? undefined;
  const sentences = usePlaceSentences(place, { ...job, worker: null });
  if (!place || place.code === 'in_line' || place.code === 'next' || !sentences.length) return null;
  return <Notice tone="amber">{sentences.slice(0, 1).map((sentence) => <p key={sentence}>{sentence}</p>)}</Notice>;
}

export function Line({ queue }: { queue: Queue }) {
  const t = useQueueWords();
  const can = useCan();
  const format = useFormat();
  const [model, setModel] = useState('');
  const [owner, setOwner] = useState('');
  const [most, setMost] = useState(shown);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [question, setQuestion] = useState<{ action: 'reprioritise' | 'cancel'; target: Target } | null>(null);
  const conditions = { ...(model && { model }), ...(owner.trim() && { owner: owner.trim() }) };
  const jobs = useJobs({ order: 'line', queue: queue.name, place: true, limit: most, ...conditions }, { refetchInterval: 5000 }); // where a job stands changes by time, too
  const models = useApi('/api/v1/models', {}, { staleTime: 60_000 });
  const rows = jobs.data?.items;
  const room = useKeptRoom<HTMLDivElement>();
  const mayMove = can('operate');
  const selected = useMemo(() => rows?.filter((job) => chosen.has(job.job_id)) ?? [], [rows, chosen]);
  const toggle = (job: Job) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(job.job_id)) next.add(job.job_id);
      return next;
    });
  const ask = (action: 'reprioritise' | 'cancel') =>
    setQuestion({ action, target: selected.length ? { kind: 'some', jobs: selected } : { kind: 'all', filter: { queue: queue.name, state: ['queued', 'scheduled'], ...conditions } } });

  const columns: Column<Job>[] = [
    ...(mayMove
      ? [{ key: 'select', title: t('column.select'), hidden: true, className: 'queues-select', cell: (job: Job) => <input type="checkbox" className="check" aria-label={t('select.one', { id: job.image_id ?? job.kind })} checked={chosen.has(job.job_id)} onChange={() => toggle(job)} /> }]
      : []),
    { key: 'place', title: t('column.place'), end: true, cell: (job) => format.number((rows?.indexOf(job) ?? 0) + 1) },
    { key: 'job', title: t('column.job'), cell: (job) => <JobLink job={job} /> },
    { key: 'priority', title: t('column.priority'), end: true, cell: (job) => <span className={job.priority ? undefined : 'soft'}>{format.number(job.priority)}</span> },
    { key: 'why', title: t('column.why'), cell: (job) => <Why job={job} /> },
    { key: 'model', title: t('column.model'), className: 'queues-wide', cell: (job) => job.model },
    { key: 'owner', title: t('column.owner'), className: 'queues-wide', cell: (job) => job.owner },
    { key: 'created', title: t('column.created'), className: 'queues-wide', cell: (job) => <Time at={job.created_at} /> },
  ];

  return (
    <section className="queues-section" aria-labelledby="queues-line">
      <div className="queues-head">
        <h2 id="queues-line">{t('line.title')}</h2>
        <span className="soft small">{t('line.count', { count: queue.queued, over: queue.queued_over_limit })}</span>
        <div className="queues-tools">
          <select className="input" aria-label={t('filter.model')} value={model} onChange={(event) => setModel(event.target.value)}>
            <option value="">{t('filter.model.any')}</option>
            {models.data?.items.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <input className="input" type="search" aria-label={t('filter.owner')} placeholder={t('filter.owner')} value={owner} onChange={(event) => setOwner(event.target.value)} />
          {mayMove && (
            <>
              <Button icon="flag" disabled={!rows?.length} onClick={() => ask('reprioritise')}>
                {selected.length ? t('move.some', { count: selected.length }) : t('move.all')}
              </Button>
              <Button icon="close" disabled={!rows?.length} onClick={() => ask('cancel')}>
                {selected.length ? t('cancel.some', { count: selected.length }) : t('cancel.all')}
              </Button>
            </>
          )}
        </div>
      </div>
      {jobs.error && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      <div className="queues-room" {...room}>
        {rows?.[0] && <WhyAll job={rows[0]} />}
        <Table
          caption={t('line.title')}
          rows={rows}
          keyOf={(job) => job.job_id}
          skeletons={3}
          columns={columns}
          empty={<p className="soft queues-none">{t('line.none')}</p>}
          {...(mayMove && { onToggle: toggle, isSelected: (job: Job) => chosen.has(job.job_id) })}
        />
        {jobs.data?.next && (
          <Button kind="quiet" icon="down" onClick={() => setMost(most + furtherBack)}>
            {t('line.more')}
          </Button>
        )}
      </div>
      {question && (
        <MoveDialog
          action={question.action}
          target={question.target}
          onClose={() => setQuestion(null)}
          onDone={() => setChosen(new Set())}
        />
      )}
    </section>
  );
}
