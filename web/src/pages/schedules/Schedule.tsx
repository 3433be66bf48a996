// One schedule: its rule, its next times, and what it did lately.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { navigate } from '../../app/router';
import type { PageProps } from '../../app/routes';
import { useFormat } from '../../i18n';
import { Back, Button, Chip, ErrorNotice, Facts, Page, Section, Skeleton, Table, Time } from '../../ui';
import { useScheduleActs } from './acting';
import { JobState } from './JobState';
import { NextTimes } from './NextTimes';
import { ScheduleForm } from './ScheduleForm';
import { useWords } from './words';

export default function SchedulePage({ params }: PageProps) {
  const t = useWords();
  const format = useFormat();
  const can = useCan();
  const acts = useScheduleActs();
  const name = params.name!;
  const found = useApi('/api/v1/schedules/{name}', { path: { name } }, { refetchInterval: 10_000 });
  const [editing, setEditing] = useState(false);
  const schedule = found.data?.schedule;
  return (
    <>
      <Page
        title={name}
        actions={
          schedule &&
          can('queues') && (
            <>
              {!schedule.built_in && (
                <Button icon="trash" onClick={() => void acts.remove(schedule).then((gone) => gone && navigate('/schedules', { replace: true }))}>
                  {t('delete')}
                </Button>
              )}
              <Button icon={schedule.enabled ? 'pause' : 'play'} onClick={() => (schedule.enabled ? acts.pause(name) : acts.resume(name))}>
                {t(schedule.enabled ? 'pause' : 'resume')}
              </Button>
              <Button icon="edit" onClick={() => setEditing(true)}>
                {t('edit')}
              </Button>
              <Button kind="primary" icon="play" busy={acts.busy} onClick={() => acts.run(name)}>
                {t('run')}
              </Button>
            </>
          )
        }
      >
        <Back to="/schedules">{t('title')}</Back>
        {found.error && !schedule && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
        {!schedule && !found.error && <Skeleton height="12rem" />}
        {schedule && (
          <>
            <div className="card card-body two">
              <Facts
                narrow
                of={[
                  [t('state'), schedule.enabled ? <Chip tone="green" sign="●">{t('state.on')}</Chip> : <Chip tone="amber" sign="⏸">{t('state.paused')}</Chip>],
                  [
                    t('kind'),
                    <span key="kind">
                      {t.maybe(`kind.${schedule.kind}`) ?? schedule.kind} <span className="soft small">{t.maybe(`kind.${schedule.kind}.what`)}</span>
                    </span>,
                  ],
                  [t('cron'), <span key="cron" className="mono">{schedule.cron}</span>],
                  [t('zone'), schedule.zone],
                  [t('missed'), t(`missed.${schedule.missed}`)],
                ]}
              />
              {schedule.enabled && <NextTimes cron={schedule.cron} zone={schedule.zone} />}
            </div>
            <Section title={t('fires')} flush>
              <Table
                caption={t('fires')}
                rows={found.data?.fires}
                keyOf={(fire) => fire.slot}
                empty={<p className="card-body soft">{t('fires.none')}</p>}
                columns={[
                  { key: 'slot', title: t('fire.slot'), cell: (fire) => <span className="number">{format.dateTime(fire.slot)}</span> },
                  { key: 'at', title: t('fire.at'), cell: (fire) => <Time at={fire.fired_at} /> },
                  {
                    key: 'job',
                    title: t('fire.job'),
                    cell: (fire) => (
                      <span className="line">
                        {fire.job_id ? <JobState id={fire.job_id} /> : <span className="soft">{t('fire.skipped')}</span>}
                        {fire.missed > 0 && <span className="soft small">{t('fire.missed', { count: fire.missed })}</span>}
                      </span>
                    ),
                  },
                ]}
              />
            </Section>
          </>
        )}
      </Page>
      {schedule && editing && <ScheduleForm schedule={schedule} onClose={() => setEditing(false)} />}
    </>
  );
}
