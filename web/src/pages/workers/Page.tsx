// The processes that run jobs, what their slots do, and the sandboxed runners.
import './style.css';

import { useApi } from '../../api/hooks';
import { Link } from '../../app/router';
import { useFormat } from '../../i18n';
import { Chip, Empty, ErrorNotice, Facts, Notice, Page, Progress, Section, Skeleton, Table, Time } from '../../ui';
import { Running, useRunning } from './Running';
import { stateSigns, useWords } from './words';
import type { Worker } from './words';

const everySecond = { refetchInterval: 2000 }; // heartbeats are no events

export default function WorkersPage() {
  const t = useWords();
  const workers = useApi('/api/v1/workers', {}, everySecond);
  const status = useApi('/api/v1/status', {}, { refetchInterval: 10_000 });
  const running = useRunning();
  const items = workers.data?.items;
  const isRead = ![workers, status, running].some(({ isPending }) => isPending); // one after the other, each part would push down what is below it
  if (!isRead) {
    return (
      <Page title={t('title')} lead={t('lead')}>
        <Skeleton height="9rem" />
      </Page>
    );
  }
  return (
    <Page title={t('title')} lead={t('lead')}>
      {workers.error && !items && <ErrorNotice error={workers.error} onRetry={() => void workers.refetch()} />}
      {items && items.every((each) => each.state === 'stopped' || each.state === 'lost') && (
        <div className="card">
          <Empty icon="workers" title={t('empty.title')}>
            {t('empty.text')}
          </Empty>
        </div>
      )}
      {items && (
        <ul className="workers-cards">
          {items.map((worker) => (
            <Process key={worker.id} worker={worker} />
          ))}
        </ul>
      )}
      <Running />
      {(status.data?.runners?.length ?? 0) > 0 && (
        <Section title={t('runners')} lead={t('runners.lead')} flush>
          <Table
            caption={t('runners')}
            rows={status.data?.runners}
            keyOf={(runner) => `${runner.model} ${runner.version} ${runner.pid}`}
            columns={[
              { key: 'model', title: t('model'), cell: (runner) => (items?.some(({ models }) => models.includes(runner.model ?? '')) ? <Link to={`/models/${encodeURIComponent(runner.model!)}`}>{runner.model}</Link> : runner.model) },
              { key: 'version', title: t('version'), cell: (runner) => <span className="mono">{runner.version}</span> },
              { key: 'pid', title: 'pid', end: true, className: 'wide-only', cell: (runner) => runner.pid || <span className="soft">{t('runner.idle')}</span> },
              { key: 'wall', title: t('runner.sandbox'), className: 'wide-only', cell: (runner) => runner.problem ?? <span className="soft">{runner.sandbox}</span> },
            ]}
          />
        </Section>
      )}
    </Page>
  );
}

function Process({ worker }: { worker: Worker }) {
  const t = useWords();
  const format = useFormat();
  const [tone, sign] = stateSigns[worker.state];
  const busy = t('slots.of', { running: format.number(worker.running), slots: format.number(worker.slots) });
  return (
    <li className="card card-body workers-process" data-gone={worker.state === 'stopped' || undefined}>
      <header className="line">
        <h2 className="mono">{worker.name}</h2>
        <Chip tone={tone} sign={sign}>
          {t(`state.${worker.state}`)}
        </Chip>
      </header>
      {worker.state === 'lost' && <Notice tone="red">{t('lost.text')}</Notice>}
      <Facts
        narrow
        of={[
          [t('role'), t(`role.${worker.role}`)],
          [
            t('slots'),
            worker.slots > 0 && (
              <span className="workers-slots" key="slots">
                <span className="number">{busy}</span>
                <Progress value={worker.running / worker.slots} label={busy} />
              </span>
            ),
          ],
          [t('heartbeat'), <Time key="seen" at={worker.seen_at} />],
          [t('started'), <Time key="started" at={worker.started_at} />],
          [t('version'), worker.version],
          [
            t('models'),
            worker.models.length ? (
              <span className="line" key="models">
                {worker.models.map((model) => (
                  <Link key={model} to={`/models/${encodeURIComponent(model)}`}>
                    {model}
                  </Link>
                ))}
              </span>
            ) : (
              <span className="soft">{t('models.none')}</span>
            ),
          ],
        ]}
      />
    </li>
  );
}
