import { useEffect, useState } from 'react';

import { useApi } from '../../api/hooks';
import { useFormat } from '../../i18n';
import { formatFor } from '../../i18n/format';
import { ErrorNotice, Skeleton } from '../../ui';
import { faultOf } from './cron';
import { useWords } from './words';

// What somebody types, once they pause: the server is not asked at each letter.
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 300);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

// When a cron expression fires next, on the clock of its zone, as the server says; or what is wrong with it.
export function NextTimes({ cron, zone }: { cron: string; zone: string }) {
  const t = useWords();
  const format = useFormat();
  const there = formatFor(format.language, zone);
  const settled = useSettled(cron.trim());
  const fault = faultOf(cron);
  const slots = useApi('/api/v1/schedules/slots', { query: { cron: settled, zone, count: 5 } }, { enabled: !faultOf(settled), refetchInterval: 30_000, retry: false, placeholderData: undefined as never });
  const isKnown = settled === cron.trim() && slots.data !== undefined;
  return (
    <div className="schedules-next" aria-live="polite">
      <h3>
        {t('next.five')} <span className="soft small">{t('next.in', { zone })}</span>
      </h3>
      {fault && <p className="schedules-fault">{fault === 'fields' ? t('fault.fields') : t('fault.part', { field: t(`field.${fault.field}`), part: fault.part })}</p>}
      {!fault && slots.error && (slots.error.code === 'invalid_field' ? <p className="schedules-fault">{t('fault.never')}</p> : <ErrorNotice error={slots.error} />)}
      {!fault && !slots.error && !isKnown && <Skeleton height="8rem" />}
      {!fault && !slots.error && isKnown && (
        <ol>
          {slots.data!.items.map((time) => (
            <li key={time}>
              <time dateTime={time} className="number">
                {there.dateTime(time)}
              </time>
              <span className="soft small">{format.relative(time)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
