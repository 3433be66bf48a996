import { useId, useState } from 'react';

import { call } from '../../api/client';
import { useApi, useChange } from '../../api/hooks';
import { chosenZone } from '../../i18n';
import { ActDialog, Button, Field, toast } from '../../ui';
import { NextTimes } from './NextTimes';
import { useWords, zones } from './words';
import type { Rule, Schedule } from './words';

const presets = [
  ['0 * * * *', 'preset.hour'],
  ['*/10 * * * *', 'preset.ten'],
  ['30 3 * * *', 'preset.night'],
  ['0 6 * * 1', 'preset.week'],
  ['0 4 1 * *', 'preset.month'],
] as const;

// Makes a schedule or changes one, and shows the next times before it is saved.
export function ScheduleForm({ schedule, onClose }: { schedule?: Schedule; onClose: () => void }) {
  const t = useWords();
  const list = useId();
  const group = useId();
  const kinds = useApi('/api/v1/schedules/kinds');
  const [name, setName] = useState(schedule?.name ?? '');
  const [cron, setCron] = useState(schedule?.cron ?? '30 3 * * *');
  const [zone, setZone] = useState(schedule?.zone ?? chosenZone.get());
  const [kind, setKind] = useState(schedule?.kind ?? '');
  const [missed, setMissed] = useState<NonNullable<Rule['missed']>>(schedule?.missed ?? 'once');
  const save = useChange(
    () => call('put', '/api/v1/schedules/{name}', { path: { name: name.trim() }, body: { cron: cron.trim(), zone, kind, missed } }),
    '/api/v1/schedules',
  );
  const isZone = zones().includes(zone);
  return (
    <ActDialog
      title={schedule ? t('edit.title', { name: schedule.name }) : t('new')}
      confirm={t('save')}
      wide
      disabled={!name.trim() || !cron.trim() || !kind}
      onClose={onClose}
      onConfirm={async () => {
        await save.mutateAsync();
        toast(t('saved', { name: name.trim() }));
      }}
    >
      {!schedule && (
        <Field label={t('name')} hint={t('name.hint')}>
          <input value={name} onChange={(event) => setName(event.target.value)} autoFocus required maxLength={64} autoCapitalize="none" autoComplete="off" spellCheck={false} />
        </Field>
      )}
      <fieldset className="choices" data-columns>
        <legend>{t('kind')}</legend>
        {kinds.data?.items.filter((each) => !schedule?.built_in || each.kind === schedule.kind).map((each) => (
          <label className="choice" key={each.kind}>
            <input type="radio" name={group} value={each.kind} checked={kind === each.kind} onChange={() => setKind(each.kind)} />
            <span className="name">{t.maybe(`kind.${each.kind}`) ?? each.kind}</span>
            <span className="what">{t.maybe(`kind.${each.kind}.what`) ?? each.description}</span>
          </label>
        ))}
      </fieldset>
      <div className="two">
        <div className="stack">
          <Field label={t('cron')} hint={t('cron.hint')}>
            <input className="mono" value={cron} onChange={(event) => setCron(event.target.value)} required autoComplete="off" spellCheck={false} />
          </Field>
          <div className="line" role="group" aria-label={t('preset')}>
            {presets.map(([text, word]) => (
              <Button key={text} className="schedules-preset" aria-pressed={cron === text} onClick={() => setCron(text)}>
                {t(word)}
              </Button>
            ))}
          </div>
          <div className="two">
            <Field label={t('zone')}>
              <input list={list} value={zone} onChange={(event) => setZone(event.target.value)} required autoComplete="off" spellCheck={false} />
            </Field>
            <Field label={t('missed')}>
              <select value={missed} onChange={(event) => setMissed(event.target.value as NonNullable<Rule['missed']>)}>
                {(['once', 'skip', 'all'] as const).map((each) => (
                  <option key={each} value={each}>
                    {t(`missed.${each}`)}
                  </option>
                ))}
              </select>
            </Field>
          </div>
          <datalist id={list}>
            {zones().map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </div>
        <NextTimes cron={cron} zone={isZone ? zone : 'UTC'} />
      </div>
    </ActDialog>
  );
}
