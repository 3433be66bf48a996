// The schedules: what runs when, and when next.
import './style.css';

import { useState } from 'react';

import { useApi } from '../../api/hooks';
import { useCan } from '../../api/session';
import { Link, navigate } from '../../app/router';
import { Button, Chip, Empty, ErrorNotice, Menu, Page, Table, Time, When, useCommonWords } from '../../ui';
import { useScheduleActs } from './acting';
import { ScheduleForm } from './ScheduleForm';
import { addressOf, useWords } from './words';
import type { Schedule } from './words';

export default function SchedulesPage() {
  const t = useWords();
  const common = useCommonWords();
  const can = useCan();
  const acts = useScheduleActs();
  const schedules = useApi('/api/v1/schedules', {}, { refetchInterval: 15_000 });
  const [editing, setEditing] = useState<Schedule | 'new' | null>(null);
  const may = can('queues');
  const create = may && (
    <Button kind="primary" icon="plus" onClick={() => setEditing('new')}>
      {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} lead={t('lead')} actions={create}>
      {schedules.error && !schedules.data && <ErrorNotice error={schedules.error} onRetry={() => void schedules.refetch()} />}
      <Table
        caption={t('title')}
        rows={schedules.data?.items}
        skeletons={4}
        keyOf={(schedule) => schedule.name}
        onOpen={(schedule) => navigate(addressOf(schedule.name))}
        empty={
          <Empty icon="schedules" title={t('empty.title')} actions={create}>
            {t('empty.text')}
          </Empty>
        }
        columns={[
          { key: 'name', title: t('name'), cell: (schedule) => <Link to={addressOf(schedule.name)}>{schedule.name}</Link> },
          {
            key: 'kind',
            title: t('kind'),
            className: 'wide-only',
            cell: (schedule) => (
              <div>
                {t.maybe(`kind.${schedule.kind}`) ?? schedule.kind}
                <p className="soft small schedules-what">{t.maybe(`kind.${schedule.kind}.what`)}</p>
              </div>
            ),
          },
          {
            key: 'cron',
            title: t('cron'),
            className: 'wide-only',
            cell: (schedule) => (
              <span className="line">
                <span className="mono">{schedule.cron}</span> <span className="soft small">{schedule.zone}</span>
              </span>
            ),
          },
          { key: 'next', title: t('next'), cell: (schedule) => (schedule.next_slot ? <When at={schedule.next_slot} /> : <Chip tone="amber" sign="⏸">{t('state.paused')}</Chip>) },
          { key: 'last', title: t('last'), className: 'wide-only', cell: (schedule) => <Time at={schedule.last_slot} /> },
          ...(may
            ? [
                {
                  key: 'act',
                  title: common('more'),
                  hidden: true,
                  end: true,
                  cell: (schedule: Schedule) => (
                    <span className="row-actions">
                      <Button kind="quiet" icon="play" aria-label={t('run.name', { name: schedule.name })} onClick={() => acts.run(schedule.name)} />
                      <Menu
                        label={undefined}
                        button={{ kind: 'quiet', icon: 'more', 'aria-label': t('more.name', { name: schedule.name }) }}
                        entries={[
                          { label: t('edit'), icon: 'edit', onChoose: () => setEditing(schedule) },
                          schedule.enabled
                            ? { label: t('pause'), icon: 'pause', onChoose: () => acts.pause(schedule.name) }
                            : { label: t('resume'), icon: 'play', onChoose: () => acts.resume(schedule.name) },
                          ...(schedule.built_in ? [] : (['line', { label: t('delete'), icon: 'trash', danger: true, onChoose: () => void acts.remove(schedule) }] as const)),
                        ]}
                      />
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
      {editing && <ScheduleForm schedule={editing === 'new' ? undefined : editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
