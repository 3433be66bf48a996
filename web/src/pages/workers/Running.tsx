import { useEffect, useState } from 'react';

import { useApi } from '../../api/hooks';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { Progress, Section, Table } from '../../ui';
import { useWords } from './words';
import type { Job } from './words';

interface Limits {
  soft_seconds: number;
  hard_seconds: number;
}

function useLimits(): Limits | undefined {
  return useApi('/api/v1/status', {}, { staleTime: 60_000 }).data?.run_limits;
}

// Ticks twice a second while something runs: these times are looked at.
function useTicking(isOn: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}

export const useRunning = () => useApi('/api/v1/jobs', { query: { state: 'running', limit: 200 } }, { refetchInterval: 5000 });

// What each slot runs at this moment, and how much of its time it has used.
export function Running() {
  const t = useWords();
  const limits = useLimits();
  const format = useFormat();
  const jobs = useRunning();
  const items = jobs.data?.items;
  const now = useTicking((items?.length ?? 0) > 0);
  return (
    <Section title={t('running')} lead={limits && t('limits', { soft: format.duration(limits.soft_seconds), hard: format.duration(limits.hard_seconds) })} flush>
      <Table
        caption={t('running')}
        rows={items}
        skeletons={2}
        keyOf={(job) => job.job_id}
        empty={<p className="card-body soft">{t('running.none')}</p>}
        columns={[
          { key: 'slot', title: t('slot'), cell: (job) => <span className="mono">{job.worker}</span> },
          {
            key: 'job',
            title: t('job'),
            cell: (job) =>
              job.image_id === null ? (
                <span className="mono">{job.kind}</span>
              ) : (
                <Link className="workers-photo" to={`/images/${job.image_id}`}>
                  <img src={`/api/v1/images/${job.image_id}/thumbnail`} alt="" loading="lazy" width={36} height={36} onError={(event) => (event.currentTarget.hidden = true)} />
                  {t('photo', { id: job.image_id })}
                </Link>
              ),
          },
          { key: 'model', title: t('model'), className: 'wide-only', cell: (job) => job.model },
          { key: 'attempt', title: t('attempt'), end: true, className: 'wide-only', cell: (job) => `${job.attempt}/${job.max_attempts}` },
          { key: 'elapsed', title: t('elapsed'), cell: (job) => <Elapsed job={job} now={now} limits={limits} /> },
        ]}
      />
    </Section>
  );
}

function Elapsed({ job, now, limits }: { job: Job; now: number; limits: Limits | undefined }) {
  const t = useWords();
  const format = useFormat();
  if (!job.started_at) return <span className="soft">–</span>;
  const seconds = Math.max(0, (now - Date.parse(job.started_at)) / 1000);
  const elapsed = format.duration(Math.round(seconds * 10) / 10);
  if (!limits || job.kind !== 'image.process') return <span className="number">{elapsed}</span>;
  const text = t('elapsed.of', { elapsed, limit: format.duration(limits.hard_seconds) });
  const late = seconds > limits.soft_seconds;
  return (
    <div className="workers-elapsed">
      <span className="number">{text}</span>
      <Progress value={seconds / limits.hard_seconds} label={text} tone={late ? 'red' : undefined} />
      {/* It has its place from the start, so that nothing jumps when the time is over. */}
      <span className="small" style={{ visibility: late ? undefined : 'hidden' }}>
        {t('elapsed.soft', { limit: format.duration(limits.soft_seconds) })}
      </span>
    </div>
  );
}
