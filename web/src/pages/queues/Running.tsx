// What runs now, and how much of its time it has used.
import { useEffect, useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { useFormat } from '../../i18n';
import { JobLink } from '../../jobs/JobLink';
import { useJobs } from '../../jobs/listing';
import { Button, ErrorNotice, Table, toast, toastError, useKeptRoom } from '../../ui';
import { useQueueWords } from './words';

type Job = Schemas['Job'];

function useSeconds(active: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

interface Limits {
  soft: number; // seconds, after which a run is asked to stop
  hard: number; // and after which its slot is killed
}

function useLimits(): Limits | undefined {
  const limits = useApi('/api/v1/status', {}, { staleTime: 60_000 }).data?.run_limits;
  return limits && { soft: limits.soft_seconds, hard: limits.hard_seconds };
}

function Elapsed({ job, limits }: { job: Job; limits: Limits | undefined }) {
  const t = useQueueWords();
  const format = useFormat();
  const now = useSeconds(true);
  const soft = limits?.soft ?? Infinity;
  const hard = limits?.hard ?? Infinity;
  const seconds = Math.max(0, (now - Date.parse(job.started_at ?? job.updated_at)) / 1000);
  return (
    <div className="queues-elapsed">
      <span className="number">{limits ? t('elapsed', { time: format.duration(Math.floor(seconds)), soft: format.duration(soft), hard: format.duration(hard) }) : format.duration(Math.floor(seconds))}</span>
      <div className="queues-limit" aria-hidden="true" data-late={seconds > soft || undefined}>
        <span style={{ width: `${Math.min(100, (100 * seconds) / hard)}%` }} />
        {limits && <i style={{ left: `${Math.min(100, (100 * soft) / hard)}%` }} />}
      </div>
    </div>
  );
}

export function Running({ queue }: { queue: string }) {
  const t = useQueueWords();
  const can = useCan();
  const jobs = useJobs({ state: 'running', queue, limit: 100 });
  const limits = useLimits();
  const room = useKeptRoom<HTMLDivElement>();
  const cancel = useChange((job: Job) => call('post', '/api/v1/jobs/{id}/cancel', { path: { id: job.job_id }, body: {} }), '/api/v1/jobs', '/api/v1/queues', '/api/v1/images');
  const retry = useChange((job: Job) => call('post', '/api/v1/jobs/{id}/retry', { path: { id: job.job_id }, body: {} }), '/api/v1/jobs', '/api/v1/queues', '/api/v1/images');
  const stop = (job: Job) => cancel.mutate(job, { onSuccess: () => toast(t('cancelled'), job.image_id !== null ? { undo: () => retry.mutate(job, { onError: toastError }) } : {}), onError: toastError });
  return (
    <section className="queues-section" aria-labelledby="queues-running">
      <h2 id="queues-running">{t('running.title')}</h2>
      {jobs.error && <ErrorNotice error={jobs.error} />}
      <div className="queues-room" {...room}>
        <Table
          caption={t('running.title')}
          rows={jobs.data?.items}
          keyOf={(job) => job.job_id}
          skeletons={1}
          empty={<p className="soft queues-none">{t('running.none')}</p>}
          columns={[
            { key: 'job', title: t('column.job'), cell: (job) => <JobLink job={job} /> },
            { key: 'model', title: t('column.model'), className: 'queues-wide', cell: (job) => <span className="cut">{job.model}</span> },
            { key: 'worker', title: t('column.worker'), className: 'queues-wide', cell: (job) => job.worker },
            { key: 'attempt', title: t('column.attempt'), className: 'queues-wide', end: true, cell: (job) => `${job.attempt}/${job.max_attempts}` },
            { key: 'elapsed', title: t('column.elapsed'), cell: (job) => <Elapsed job={job} limits={limits} /> },
            ...(can('job') ? [{ key: 'act', title: t('column.actions'), hidden: true, end: true, cell: (job: Job) => can('job', job.owner) && <Button kind="quiet" icon="close" aria-label={t('cancel.this')} onClick={() => stop(job)} /> }] : []),
          ]}
        />
      </div>
    </section>
  );
}
