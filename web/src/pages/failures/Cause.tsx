// One cause: what it means, what to do, whom it struck.
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { useCause } from '../../jobs/cause';
import { Button, Chip, Icon, Time } from '../../ui';
import type { Group, Sample } from './groups';
import { useFailureWords } from './words';

function Photo({ sample }: { sample: Sample }) {
  const t = useFailureWords();
  const title = sample.title ?? sample.job_id;
  if (sample.image_id === null) return <Link to={`/jobs/${sample.job_id}`}>{t('job')}</Link>;
  return (
    <Link to={`/images/${sample.image_id}`} className="failures-photo" title={`${title}: ${sample.error_message}`} aria-label={t('photo', { title })}>
      <Icon name="images" />
      {sample.thumbnail_url && <img src={sample.thumbnail_url} alt="" width={72} height={54} loading="lazy" onError={(event) => (event.currentTarget.style.display = 'none')} />}
    </Link>
  );
}

export function Cause({ group, onRetry }: { group: Group; onRetry: () => void }) {
  const t = useFailureWords();
  const format = useFormat();
  const can = useCan();
  const cause = useCause()(group.error_code);
  const list = `/images?${new URLSearchParams({ status: 'failed', error: group.error_code, ...(group.model && { model: group.model }) })}`;
  return (
    <li className="card failures-group">
      <div className="failures-count">
        <b className="number">{format.number(group.count)}</b>
        <span className="soft small">{t('times', { count: group.count })}</span>
      </div>
      <div className="failures-what">
        <div className="failures-head">
          <h2>{cause.title}</h2>
          <Chip tone="red">
            <span className="mono">{group.error_code}</span>
          </Chip>
          {group.model && <Chip>{group.model}</Chip>}
        </div>
        <p className="soft small" lang="en">
          {group.message}
        </p>
        <p>{cause.advice}</p>
        <p className="soft small">
          {group.count > 1 && (
            <>
              {t('first')} <Time at={group.first_at} /> ·{' '}
            </>
          )}
          {t('last')} <Time at={group.last_at} />
        </p>
        <div className="failures-samples">
          {group.samples.map((sample) => (
            <Photo key={sample.job_id} sample={sample} />
          ))}
        </div>
      </div>
      <div className="failures-actions">
        {can('operate') && group.filter && (
          <Button kind="primary" icon="retry" onClick={onRetry}>
            {t('retry', { count: group.count })}
          </Button>
        )}
        {group.kind === 'image.process' && (
          <Link className="button" to={list}>
            {t('see.all')}
          </Link>
        )}
      </div>
    </li>
  );
}
