// What failed, by cause, the most frequent first: what it was, what to do, and one button to run all of them again. And what is in quarantine.
import { useState } from 'react';

import './style.css';

import { useCan } from '../../api/session';
import { Link, useQueryString } from '../../app/router';
import { Empty, ErrorNotice, Page, Skeleton } from '../../ui';
import { Cause } from './Cause';
import type { Group } from './groups';
import { useFailures } from './groups';
import { Quarantine } from './Quarantine';
import { RetryDialog } from './RetryDialog';
import { useFailureWords } from './words';

const spans = ['', '1', '24', '168'] as const; // hours

export default function FailuresPage() {
  const t = useFailureWords();
  const can = useCan();
  const [search, change] = useQueryString();
  const [question, setQuestion] = useState<Group | null>(null);
  const hours = Number(search.get('hours')) || 0;
  // To the whole minute, so that the same question is not asked anew at each drawing.
  const since = hours ? new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString() : undefined;
  const failures = useFailures({ limit: 100, ...(since && { since }) });
  const items = failures.data?.items;
  return (
    <Page
      title={t('title')}
      lead={failures.data && failures.data.failures > 0 ? t('lead', { failures: failures.data.failures, groups: failures.data.groups }) : undefined}
      actions={
        <select className="input failures-span" aria-label={t('span')} value={search.get('hours') ?? ''} onChange={(event) => change({ hours: event.target.value || null })}>
          {spans.map((span) => (
            <option key={span} value={span}>
              {t(`span.${span || 'all'}`)}
            </option>
          ))}
        </select>
      }
    >
      {failures.error && <ErrorNotice error={failures.error} onRetry={() => void failures.refetch()} />}
      {!items && !failures.error && Array.from({ length: 3 }, (_, index) => <Skeleton key={index} height="7.5rem" />)}
      {items?.length === 0 && (
        <div className="card">
          <Empty icon="check" title={t(hours ? 'empty.span.title' : 'empty.title')} actions={<Link className="button" to="/images">{t('to.images')}</Link>}>
            {t('empty.text')}
          </Empty>
        </div>
      )}
      {items && items.length > 0 && (
        <ol className="failures-groups">
          {items.map((group) => (
            <Cause key={`${group.cause}-${group.queue}-${group.model}-${group.kind}`} group={group} onRetry={() => setQuestion(group)} />
          ))}
        </ol>
      )}
      {/* Below what has its height now, so that it does not jump. */}
      {(items || failures.error) && can('watch') && <Quarantine />}
      {question && <RetryDialog group={question} onClose={() => setQuestion(null)} />}
    </Page>
  );
}
