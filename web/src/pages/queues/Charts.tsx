// How fast the queue went: throughput, failures, waiting and running times, depth; the same as a table.
import { useMemo, useState } from 'react';

import { ErrorNotice, Skeleton } from '../../ui';
import { useFormat } from '../../i18n';
import { Chart, topOfTimes } from './Chart';
import { useSeries } from './series';
import type { Step } from './series';
import { useQueueWords } from './words';

const spans = [60, 360, 1440, 10080] as const;

function Numbers({ steps }: { steps: readonly Step[] }) {
  const t = useQueueWords();
  const format = useFormat();
  const seconds = (value: number | undefined) => (value === undefined ? '–' : format.duration(value));
  return (
    <div className="table-frame queues-numbers" tabIndex={0} role="region" aria-label={t('charts.table')}>
      <table className="table">
        <caption className="unseen">{t('charts.table')}</caption>
        <thead>
          <tr>
            {(['time', 'completed', 'failed', 'depth', 'wait', 'run'] as const).map((name) => (
              <th key={name} scope="col" className={name === 'time' ? undefined : 'end'}>
                {t(`chart.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...steps].reverse().map((step) => (
            <tr key={step.at}>
              <td>{format.minute(step.at, { withDay: true })}</td>
              <td className="end">{format.number(step.completed)}</td>
              <td className="end">{format.number(step.failed)}</td>
              <td className="end">{step.depth === null ? '–' : format.number(step.depth)}</td>
              <td className="end">{seconds(step.wait_seconds?.p50)} / {seconds(step.wait_seconds?.p95)}</td>
              <td className="end">{seconds(step.run_seconds?.p50)} / {seconds(step.run_seconds?.p95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Charts({ queue }: { queue: string }) {
  const t = useQueueWords();
  const format = useFormat();
  const [minutes, setMinutes] = useState<number>(60);
  const [table, setTable] = useState(false);
  const series = useSeries(queue, minutes);
  const steps = series.data?.items;
  const times = useMemo(() => steps?.map((step) => format.minute(step.at, { withDay: minutes > 1440 })) ?? [], [steps, format, minutes]);
  const take = (read: (step: Step) => number | null) => steps?.map(read) ?? [];
  const spread = (of: 'wait_seconds' | 'run_seconds') => [
    { name: t('half'), colour: '--blue', values: take((step) => step[of]?.p50 ?? null) },
    { name: t('most'), colour: '--amber', values: take((step) => step[of]?.p95 ?? null) },
  ];
  const whole = (value: number) => format.number(value, value < 10 ? 1 : 0);
  return (
    <section className="queues-section" aria-labelledby="queues-charts">
      <div className="queues-head">
        <h2 id="queues-charts">{t('charts')}</h2>
        <div className="queues-tools">
          <div className="queues-spans" role="group" aria-label={t('span')}>
            {spans.map((span) => (
              <button key={span} type="button" aria-pressed={span === minutes} onClick={() => setMinutes(span)}>
                {t(`span.${span}`)}
              </button>
            ))}
          </div>
          <button type="button" className="queues-switch" aria-pressed={table} onClick={() => setTable(!table)}>
            {t(table ? 'charts.as.charts' : 'charts.as.table')}
          </button>
        </div>
      </div>
      {series.error && <ErrorNotice error={series.error} onRetry={() => void series.refetch()} />}
      {!steps && !series.error && <Skeleton height="21rem" />}
      {steps && table && <Numbers steps={steps} />}
      {steps && !table && (
        <div className="queues-charts">
          <Chart title={t(series.data!.step_seconds === 60 ? 'chart.throughput.minute' : 'chart.throughput.hour')} kind="bars" times={times} say={whole} tracks={[{ name: t('chart.completed'), colour: '--green', values: take((step) => step.completed) }, { name: t('chart.failed'), colour: '--red-strong', values: take((step) => step.failed) }]} />
          <Chart title={t('chart.depth.title')} kind="lines" times={times} say={whole} tracks={[{ name: t('chart.depth'), colour: '--accent', values: take((step) => step.depth) }]} />
          <Chart title={t('chart.wait.title')} kind="lines" times={times} say={format.duration} round={topOfTimes} tracks={spread('wait_seconds')} />
          <Chart title={t('chart.run.title')} kind="lines" times={times} say={format.duration} round={topOfTimes} tracks={spread('run_seconds')} />
        </div>
      )}
    </section>
  );
}
