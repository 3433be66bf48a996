// Every attempt of the newest job and of those before it, which retries and other models made.
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/client';
import type { Schemas } from '../../api/client';
import { keyOf } from '../../api/hooks';
import { Attempts } from '../../jobs/Attempts';
import { useJobWords } from '../../jobs/words';
import { Button, Skeleton, StateChip, Time } from '../../ui';

type Image = Schemas['Image'];

function Earlier({ ids }: { ids: readonly string[] }) {
  const t = useJobWords();
  const jobs = useQueries({
    queries: ids.map((id) => ({ queryKey: keyOf('/api/v1/jobs/{id}', { path: { id } }), queryFn: () => call('get', '/api/v1/jobs/{id}', { path: { id } }), staleTime: 60_000 })),
  });
  return (
    <>
      {jobs.map(({ data, error }, index) => {
        if (error) return null; // gone with the rule for old jobs
        if (!data) return <Skeleton key={ids[index]} height="4rem" />;
        const job = data.job;
        return (
          <div className="image-job" key={job.job_id}>
            <div className="image-job-head">
              <h3>{t('attempts.job')}</h3>
              <StateChip of={{ ...job, status: job.state }} />
              <span className="soft small">
                {job.model} · <Time at={job.created_at} />
              </span>
            </div>
            <Attempts attempts={job.attempts} />
          </div>
        );
      })}
    </>
  );
}

// `jobs`: ids of all jobs of the image, the newest first.
export function History({ image, jobs }: { image: Image; jobs: readonly string[] }) {
  const t = useJobWords();
  const [open, setOpen] = useState(false);
  const earlier = jobs.filter((id) => id !== image.job_id).slice(0, 20);
  return (
    <section className="card card-body image-card" aria-labelledby="image-attempts">
      <h2 id="image-attempts">{t('attempts')}</h2>
      <Attempts attempts={image.attempts} />
      {earlier.length > 0 && !open && (
        <Button kind="quiet" icon="down" onClick={() => setOpen(true)}>
          {t('attempts.older', { count: earlier.length })}
        </Button>
      )}
      {open && <Earlier ids={earlier} />}
    </section>
  );
}
