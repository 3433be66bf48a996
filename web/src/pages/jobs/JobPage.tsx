// One job that has no photo: maintenance. The story of a job with a photo is told on the photo's page.
import type { ReactNode } from 'react';

import '../../jobs/style.css';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { Attempts } from '../../jobs/Attempts';
import { CauseNotice } from '../../jobs/cause';
import { usePlaceSentences } from '../../jobs/place';
import { useJobWords } from '../../jobs/words';
import { Button, Duration, ErrorNotice, Facts, Notice, Page, Skeleton, StateChip, Time, toast, toastError, When } from '../../ui';
import { secondsOf } from './Page';

export default function JobPage({ params }: PageProps) {
  const t = useJobWords();
  const can = useCan();
  const answer = useApi('/api/v1/jobs/{id}', { path: { id: params.id! } });
  const cancel = useChange((id: string) => call('post', '/api/v1/jobs/{id}/cancel', { path: { id }, body: {} }), '/api/v1/jobs', '/api/v1/queues');
  const job = answer.data?.job;
  const waits = job?.state === 'queued' || job?.state === 'scheduled';
  const sentences = usePlaceSentences(waits ? (job.place ?? undefined) : undefined, job ?? { queue: '', model: '', attempt: 0, max_attempts: 0, next_attempt_at: null });
  if (!job) return <Page title={t('job.title')}>{answer.error ? <ErrorNotice error={answer.error} onRetry={() => void answer.refetch()} /> : <Skeleton height="12rem" />}</Page>;

  const rows: [string, ReactNode][] = [
    [t('job.what'), job.image_id === null ? t('job.maintenance', { kind: job.kind }) : <Link key="i" to={`/images/${job.image_id}`}>{t('photo', { id: job.image_id })}</Link>],
    [t('column.queue'), job.queue],
    [t('column.owner'), job.owner],
    [t('column.priority'), job.priority],
    [t('column.attempt'), `${job.attempt}/${job.max_attempts}`],
    [t('column.created'), <Time key="c" at={job.created_at} />],
    [t('job.started'), <Time key="s" at={job.started_at} />],
    [t('job.finished'), <Time key="f" at={job.finished_at} />],
    [t('column.took'), <Duration key="d" seconds={secondsOf(job)} />],
  ];
  if (job.worker) rows.push([t('job.worker'), job.worker]);
  if (job.expires_at) rows.push([t('job.expires'), <When key="e" at={job.expires_at} />]);
  if (job.crashes) rows.push([t('job.crashes'), job.crashes]);
  if (job.interruptions) rows.push([t('job.interruptions'), job.interruptions]);
  if (job.retry_of) rows.push([t('job.retry_of'), <Link key="r" to={`/jobs/${job.retry_of}`} className="mono">{job.retry_of}</Link>]);
  rows.push([t('job.id'), <span key="n" className="mono">{job.job_id}</span>]);
  const isFinal = job.state === 'completed' || job.state === 'failed' || job.state === 'cancelled';
  return (
    <Page
      title={job.image_id === null ? job.kind : t('photo', { id: job.image_id })}
      actions={
        <>
          {job.image_id !== null && (
            <Link className="button" data-kind="primary" to={`/images/${job.image_id}`}>
              {t('job.to.photo')}
            </Link>
          )}
          {!isFinal && can('job', job.owner) && (
            <Button icon="close" busy={cancel.isPending} onClick={() => cancel.mutate(job.job_id, { onSuccess: () => toast(t('job.cancelled')), onError: toastError })}>
              {t('job.cancel')}
            </Button>
          )}
        </>
      }
    >
      <div className="jobs-facts">
        <Link to="/jobs">{t('title')}</Link>
        <StateChip of={{ ...job, status: job.state }} />
      </div>
      {sentences.length > 0 && <Notice tone="blue">{sentences.map((sentence) => <p key={sentence}>{sentence}</p>)}</Notice>}
      {job.state === 'failed' && job.error_code && <CauseNotice code={job.error_code} message={job.error_message} />}
      <section className="card card-body" aria-labelledby="jobs-details">
        <h2 id="jobs-details">{t('job.details')}</h2>
        <Facts of={rows} />
      </section>
      <section className="card card-body" aria-labelledby="jobs-attempts">
        <h2 id="jobs-attempts">{t('attempts')}</h2>
        <Attempts attempts={job.attempts} />
      </section>
    </Page>
  );
}
