import { useApi } from '../../api/hooks';
import { useCause } from '../../jobs/cause';
import { Skeleton, StateChip } from '../../ui';

// How the job of a slot ended; jobs of maintenance are removed after a while.
export function JobState({ id }: { id: string }) {
  const job = useApi('/api/v1/jobs/{id}', { path: { id } }, { retry: false, staleTime: 10_000 });
  const cause = useCause();
  const found = job.data?.job;
  if (!found) return job.error ? <span className="soft mono">{id.slice(-8)}</span> : <Skeleton width="4rem" />;
  return (
    <span className="line" title={found.error_message ?? undefined}>
      <StateChip of={{ ...found, status: found.state }} />
      {found.state === 'failed' && found.error_code && <span className="soft small">{cause(found.error_code).title}</span>}
    </span>
  );
}
