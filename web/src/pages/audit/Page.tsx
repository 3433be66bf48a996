// Who did what, when, and why.
import './style.css';

import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { call } from '../../api/client';
import type { Answer, ApiError } from '../../api/client';
import { keyOf, useApi } from '../../api/hooks';
import { useQueryString } from '../../app/router';
import { useFormat } from '../../i18n';
import { dayEnd, dayStart } from '../../i18n/days';
import { Button, DateSpan, Empty, ErrorNotice, Field, Page, Pager, Table, Time } from '../../ui';
import { About } from './About';
import { groups, useWords } from './words';

type Listed = Answer<'get', '/api/v1/audit'>;

const shown = 50;
const stretches = 12; // of the log, which are looked through for one page

interface Query {
  actor?: string;
  type?: string;
  since?: string;
  until?: string;
  before?: number;
}

// Follows the pages until one is full: a search that finds little answers with short ones.
async function look(query: Query, signal: AbortSignal): Promise<Listed> {
  const items: Listed['items'] = [];
  let before = query.before;
  for (let count = 1; ; count += 1) {
    const page: Listed = await call('get', '/api/v1/audit', { query: { ...query, limit: shown - items.length, ...(before ? { before } : {}) }, signal });
    items.push(...page.items);
    before = page.next_before ?? undefined;
    if (!before || items.length === shown || count === stretches) return { items, next_before: before ?? null };
  }
}

export default function AuditPage() {
  const t = useWords();
  const format = useFormat();
  const [search, change] = useQueryString();
  const get = (name: string) => search.get(name) ?? '';
  const users = useApi('/api/v1/users');
  const query = {
    ...(get('actor') ? { actor: get('actor') } : {}),
    ...(get('type') ? { type: get('type') } : {}),
    ...(get('from') ? { since: dayStart(get('from')) } : {}),
    ...(get('to') ? { until: dayEnd(get('to')) } : {}),
    ...(Number(get('before')) ? { before: Number(get('before')) } : {}),
  };
  const audit = useQuery<Listed, ApiError>({
    queryKey: keyOf('/api/v1/audit', { query }),
    queryFn: ({ signal }) => look(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: get('before') ? false : 10_000,
  });
  const isFiltered = ['actor', 'type', 'from', 'to'].some((name) => get(name) !== '');
  const put = (name: string, value: string) => change({ [name]: value || null, before: null });
  const set = (name: string) => (event: { target: { value: string } }) => put(name, event.target.value);
  const actors = [...new Set([...(users.data?.items.map((user) => user.name) ?? []), 'system', ...(get('actor') ? [get('actor')] : [])])];
  const next = audit.data?.next_before ? String(audit.data.next_before) : null;
  return (
    <Page title={t('title')} lead={t('lead')}>
      <div className="filters">
        <Field label={t('who')}>
          <select value={get('actor')} onChange={set('actor')}>
            <option value="">{t('who.all')}</option>
            {actors.map((actor) => (
              <option key={actor}>{actor}</option>
            ))}
          </select>
        </Field>
        <Field label={t('what')}>
          <select value={get('type')} onChange={set('type')}>
            <option value="">{t('what.all')}</option>
            {groups.map((group) => (
              <option key={group} value={group}>
                {t(`group.${group}`)}
              </option>
            ))}
            {get('type').includes('.') && <option value={get('type')}>{t.maybe(get('type')) ?? get('type')}</option>}
          </select>
        </Field>
        <DateSpan from={get('from')} to={get('to')} onFrom={(day) => put('from', day)} onTo={(day) => put('to', day)} />
        {isFiltered && (
          <Button kind="quiet" icon="close" onClick={() => change({ actor: null, type: null, from: null, to: null, before: null })}>
            {t('filters.clear')}
          </Button>
        )}
      </div>
      {audit.error && !audit.data && <ErrorNotice error={audit.error} onRetry={() => void audit.refetch()} />}
      <Table
        caption={t('title')}
        rows={audit.data?.items}
        keyOf={(event) => event.id}
        empty={
          <Empty icon="audit" title={t('empty.title')} actions={next && <Button onClick={() => change({ before: next }, { push: true })}>{t('more')}</Button>}>
            {next ? t('looked') : t('empty.text')}
          </Empty>
        }
        columns={[
          { key: 'when', title: t('when'), cell: (event) => <Time at={event.at} /> },
          {
            key: 'who',
            title: t('who'),
            cell: (event) => (
              <button type="button" className="audit-filter" title={t('who')} onClick={() => change({ actor: event.actor, before: null })}>
                {event.actor}
              </button>
            ),
          },
          {
            key: 'what',
            title: t('what'),
            cell: (event) => (
              <>
                <span title={`${event.type} · ${format.dateTime(event.at)}`} className={event.type.endsWith('refused') ? 'audit-bad' : undefined}>
                  {t.maybe(event.type) ?? event.type}
                </span>
                <div className="narrow-only">
                  <About event={event} />
                  {event.reason && <span className="audit-reason">{event.reason}</span>}
                </div>
              </>
            ),
          },
          { key: 'about', title: t('about'), className: 'wide-only', cell: (event) => <About event={event} /> },
          { key: 'reason', title: t('reason'), className: 'wide-only', cell: (event) => (event.reason ? <span className="audit-reason">{event.reason}</span> : <span className="soft">–</span>) },
        ]}
      />
      <Pager cursor={get('before') || null} next={next} onGo={(to) => change({ before: to }, { push: true })} />
    </Page>
  );
}
