// All jobs, also those of maintenance, newest first.
import '../../jobs/style.css';

import type { Schemas } from '../../api/client';
import { navigate, useQueryString } from '../../app/router';
import { useCause } from '../../jobs/cause';
import { JobLink } from '../../jobs/JobLink';
import { useJobs } from '../../jobs/listing';
import { useJobWords } from '../../jobs/words';
import { Button, Duration, Empty, ErrorNotice, Page, Pager, StateChip, Table, Time } from '../../ui';

type Job = Schemas['Job'];

const states = ['scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;
type State = (typeof states)[number];
const kinds = ['image.process', 'maintenance'] as const;

export const secondsOf = (job: Job): number | null => (job.started_at && job.finished_at ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000 : null);

const more = (isOverLimit: boolean): string => (isOverLimit ? '+' : '');

export default function JobsPage() {
  const t = useJobWords();
  const cause = useCause();
  const [search, change] = useQueryString();
  const state = states.find((each) => each === search.get('state')) as State | undefined;
  const kind = kinds.find((each) => each === search.get('kind'));
  const cursor = search.get('cursor');
  const jobs = useJobs({ limit: 100, ...(state && { state }), ...(kind && { kind }), ...(cursor && { cursor }) });
  const counts = jobs.data?.counts;
  const filtered = state !== undefined || kind !== undefined;
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className="jobs-filters">
        <select className="input" aria-label={t('filter.state')} value={state ?? ''} onChange={(event) => change({ state: event.target.value || null, cursor: null })}>
          <option value="">{t('filter.any')}</option>
          {states.map((each) => (
            <option key={each} value={each}>
              {t(`state.${each}`)}
            </option>
          ))}
        </select>
        <select className="input" aria-label={t('filter.kind')} value={kind ?? ''} onChange={(event) => change({ kind: event.target.value || null, cursor: null })}>
          <option value="">{t('filter.kind.any')}</option>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t(`kind.${each}`)}
            </option>
          ))}
        </select>
        {counts && (
          <span className="soft small">
            {t('counts', {
              running: counts.running,
              runningMore: more(counts.running_over_limit),
              queued: counts.queued,
              queuedMore: more(counts.queued_over_limit),
              scheduled: counts.scheduled,
              scheduledMore: more(counts.scheduled_over_limit),
            })}
          </span>
        )}
      </div>
      {jobs.error && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />}
      <Table
        caption={t('title')}
        rows={jobs.data?.items}
        keyOf={(job) => job.job_id}
        onOpen={(job) => navigate(job.image_id === null ? `/jobs/${job.job_id}` : `/images/${job.image_id}`)}
        skeletons={10}
        empty={
          filtered ? (
            <Empty icon="filter" title={t('empty.filter.title')} actions={<Button onClick={() => change({ state: null, kind: null, cursor: null })}>{t('empty.all')}</Button>}>
              {t('empty.filter.text')}
            </Empty>
          ) : (
            <Empty icon="queues" title={t('empty.title')}>
              {t('empty.text')}
            </Empty>
          )
        }
        columns={[
          { key: 'job', title: t('column.job'), cell: (job) => <JobLink job={job} /> },
          {
            key: 'state',
            title: t('column.state'),
            cell: (job) => (
              <span className="jobs-state" title={job.error_code ? `${job.error_code}: ${job.error_message}` : undefined}>
                <StateChip of={{ ...job, status: job.state }} />
                {job.state === 'failed' && job.error_code && <span className="soft small">{cause(job.error_code).title}</span>}
              </span>
            ),
          },
          { key: 'queue', title: t('column.queue'), className: 'jobs-wide', cell: (job) => job.queue },
          { key: 'model', title: t('column.model'), className: 'jobs-wide', cell: (job) => job.model || '–' },
          { key: 'priority', title: t('column.priority'), end: true, className: 'jobs-wide', cell: (job) => job.priority },
          { key: 'attempt', title: t('column.attempt'), end: true, className: 'jobs-wide', cell: (job) => `${job.attempt}/${job.max_attempts}` },
          { key: 'owner', title: t('column.owner'), className: 'jobs-wide', cell: (job) => job.owner },
          { key: 'took', title: t('column.took'), end: true, className: 'jobs-wide', cell: (job) => <Duration seconds={secondsOf(job)} /> },
          { key: 'created', title: t('column.created'), cell: (job) => <Time at={job.created_at} /> },
        ]}
      />
      <Pager cursor={cursor} next={jobs.data?.next} onGo={(to) => change({ cursor: to }, { push: true })} />
    </Page>
  );
}
