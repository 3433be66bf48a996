// Jobs that wait for their time: a retry, or a time that somebody chose.
import { useCause } from '../../jobs/cause';
import { JobLink } from '../../jobs/JobLink';
import { useJobs } from '../../jobs/listing';
import { Table, When } from '../../ui';
import { useQueueWords } from './words';

export function Scheduled({ queue }: { queue: string }) {
  const t = useQueueWords();
  const cause = useCause();
  const jobs = useJobs({ state: 'scheduled', queue, limit: 50 });
  const rows = jobs.data && [...jobs.data.items].sort((a, b) => (a.next_attempt_at ?? '').localeCompare(b.next_attempt_at ?? ''));
  return (
    <section className="queues-section" aria-labelledby="queues-scheduled">
      <h2 id="queues-scheduled">{t('scheduled.title')}</h2>
      <Table
        caption={t('scheduled.title')}
        rows={rows}
        keyOf={(job) => job.job_id}
        skeletons={2}
        columns={[
          { key: 'job', title: t('column.job'), cell: (job) => <JobLink job={job} /> },
          { key: 'when', title: t('column.when'), cell: (job) => (job.next_attempt_at ? <When at={job.next_attempt_at} /> : '–') },
          { key: 'why', title: t('column.why'), cell: (job) => (job.error_code ? t('retry.after', { attempt: job.attempt, most: job.max_attempts, cause: cause(job.error_code).title }) : t('chosen.time')) },
          { key: 'model', title: t('column.model'), className: 'queues-wide', cell: (job) => job.model },
        ]}
      />
    </section>
  );
}
