// Alerts that stand, each with what to do, and those that ended lately.
import './style.css';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link } from '../../app/router';
import { routes } from '../../app/routes';
import { area, useFormat } from '../../i18n';
import en from '../../messages/en/alerts';
import ko from '../../messages/ko/alerts';
import { Empty, ErrorNotice, Icon, Page, Section, Skeleton, Table, Time, useNow } from '../../ui';
import { sentence } from './sentence';
import type { Alert } from './sentence';

const useWords = area(en, ko);

type Goal = 'queues' | 'workers' | 'failures' | 'settings' | 'schedules';
const goals: Record<string, readonly Goal[]> = {
  queue_slow: ['queues', 'workers'],
  queue_long: ['queues', 'workers'],
  failures_many: ['failures'],
  worker_lost: ['workers'],
  disk_low: ['settings', 'schedules'],
  cpu_busy: ['workers'],
  memory_low: ['workers', 'settings'],
};

export default function AlertsPage() {
  const t = useWords();
  const alerts = useApi('/api/v1/alerts', {}, { refetchInterval: 30_000 });
  const items = alerts.data?.items;
  const ended = useApi('/api/v1/alerts', { query: { state: 'ended', limit: 20 } }, { refetchInterval: 30_000 });
  const nameOf = (name: string) => t.maybe(`name.${name}`) ?? name;
  return (
    <Page title={t('title')} lead={t('lead')}>
      {alerts.error && !items && <ErrorNotice error={alerts.error} onRetry={() => void alerts.refetch()} />}
      {!items && !alerts.error && <Skeleton height="10rem" />}
      {items?.length === 0 && (
        <div className="card">
          <Empty icon="check" title={t('good.title')}>
            {t('good.text')}
          </Empty>
        </div>
      )}
      {items && items.length > 0 && (
        <ul className="stack" aria-label={t('now')}>
          {items.map((alert) => (
            <Standing key={`${alert.name} ${alert.node}`} alert={alert} />
          ))}
        </ul>
      )}
      <Section title={t('ended')} flush>
        <Table
          caption={t('ended')}
          rows={ended.data?.items}
          skeletons={2}
          keyOf={(alert) => `${alert.name} ${alert.node} ${alert.ended_at}`}
          empty={<p className="card-body soft">{t('ended.none')}</p>}
          columns={[
            { key: 'alert', title: t('alert'), cell: (alert) => (alert.node ? `${nameOf(alert.name)} · ${alert.node}` : nameOf(alert.name)) },
            { key: 'message', title: t('message'), className: 'wide-only', cell: (alert) => <Sentence className="soft" alert={alert} /> },
            { key: 'at', title: t('ended.at'), cell: (alert) => (alert.ended_at ? <Time at={alert.ended_at} /> : '–') },
          ]}
        />
      </Section>
    </Page>
  );
}

// In the server's words where there are none in the reader's language.
function Sentence({ alert, className }: { alert: Alert; className?: string }) {
  const said = sentence(alert, useWords(), useFormat());
  return (
    <span className={className} lang={said ? undefined : 'en'}>
      {said ?? alert.message}
    </span>
  );
}

function Standing({ alert }: { alert: Alert }) {
  const t = useWords();
  const can = useCan();
  const format = useFormat();
  const now = useNow();
  const reachable = (goals[alert.name] ?? []).filter((goal) => routes.some((route) => route.path === `/${goal}` && can(route.may)));
  return (
    <li className="card card-body alerts-one">
      <Icon name="failures" size={22} />
      <div className="stack">
        <header className="line">
          <h2>{t.maybe(`name.${alert.name}`) ?? alert.name}</h2>
          {alert.node && <span className="soft small">{alert.node}</span>}
          <span className="soft small" title={format.dateTime(alert.raised_at)}>
            {t('raised', { when: format.relative(alert.raised_at, Math.max(now, Date.parse(alert.raised_at))) })}
          </span>
        </header>
        <p>
          <Sentence alert={alert} />
        </p>
        <p className="soft">
          <strong>{t('do')}</strong> · {t.maybe(`do.${alert.name}`) ?? t('do.other')}
        </p>
        {reachable.length > 0 && (
          <p className="line">
            {reachable.map((goal) => (
              <Link key={goal} className="button" to={`/${goal}`}>
                {t(`to.${goal}`)}
              </Link>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
