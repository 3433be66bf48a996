// A job by what people know it: the photo, or the kind of maintenance.
import type { Schemas } from '../api/client';
import { Link } from '../app/router';
import { useJobWords } from './words';

export function JobLink({ job }: { job: Schemas['Job'] }) {
  const t = useJobWords();
  if (job.image_id === null) {
    const [first, ...rest] = job.kind.split('.');
    return (
      <Link to={`/jobs/${job.job_id}`}>
        {first}.<wbr />
        {rest.join('.')}
      </Link>
    );
  }
  return (
    <Link className="jobs-link" to={`/images/${job.image_id}`}>
      <img src={`/api/v1/images/${job.image_id}/thumbnail`} alt="" width={36} height={28} loading="lazy" onError={(event) => (event.currentTarget.style.visibility = 'hidden')} />
      <span>{t('photo', { id: job.image_id })}</span>
    </Link>
  );
}
