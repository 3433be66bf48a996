import { useMemo } from 'react';

import { useFormat } from '../../i18n';
import { formatFor } from '../../i18n/format';
import { useNow } from '../../ui';
import { nextTimes } from './cron';
import { useWords } from './words';

// When a cron expression fires next, on the clock of its zone; or what is wrong with it.
export function NextTimes({ cron, zone }: { cron: string; zone: string }) {
  const t = useWords();
  const format = useFormat();
  const there = formatFor(format.language, zone);
  const minute = Math.floor(useNow() / 60_000);
  const times = useMemo(() => nextTimes(cron, zone, minute * 60_000 + 59_999, 5), [cron, zone, minute]);
  return (
    <div className="schedules-next" aria-live="polite">
      <h3>
        {t('next.five')} <span className="soft small">{t('next.in', { zone })}</span>
      </h3>
      {Array.isArray(times) ? (
        <ol>
          {times.map((time) => (
            <li key={time.getTime()}>
              <time dateTime={time.toISOString()} className="number">
                {there.dateTime(time)}
              </time>
              <span className="soft small">{format.relative(time)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="schedules-fault">{typeof times === 'string' ? t(`fault.${times}`) : t('fault.part', { field: t(`field.${times.field}`), part: times.part })}</p>
      )}
    </div>
  );
}
