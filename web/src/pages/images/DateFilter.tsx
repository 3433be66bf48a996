// By date, step by step: years, then the months of one, then the days of one.
import { useApi } from '../../api/hooks';
import { chosenZone, useFormat } from '../../i18n';
import { dateText, dayOf, daysIn, parseDate } from '../../images/dates';
import type { DatePart } from '../../images/dates';
import { useWords } from '../../images/words';
import { Button, usePopup } from '../../ui';

function usePartName(): (part: DatePart) => string {
  const { language } = useFormat();
  return ({ year, month, day }) => {
    const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric', ...(month ? { month: 'long' } : {}), ...(day ? { day: 'numeric' } : {}) };
    return new Intl.DateTimeFormat(language, options).format(Date.UTC(year, (month ?? 1) - 1, day ?? 1));
  };
}

export function DateFilter({ value, onChange }: { value: string | null; onChange: (value: string | null) => void }) {
  const t = useWords();
  const zone = chosenZone.use();
  const { language } = useFormat();
  const nameOf = usePartName();
  const { open, setOpen, close, frame, opener } = usePopup();
  const oldest = useApi('/api/v1/images', { query: { sort: 'oldest', limit: 1 } }, { enabled: open, staleTime: 60_000 });
  const chosen = parseDate(value);
  const today = dayOf(Date.now(), zone);
  const first = oldest.data?.items[0] ? dayOf(oldest.data.items[0].created_at, zone).year : today.year;

  const years = Array.from({ length: today.year - first + 1 }, (_, index) => today.year - index);
  const months = Array.from({ length: 12 }, (_, index) => index + 1);
  const days = chosen?.month ? Array.from({ length: daysIn(chosen.year, chosen.month) }, (_, index) => index + 1) : [];
  const short = (month: number) => new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, month - 1, 1));
  const pick = (part: DatePart | null) => onChange(part && dateText(part));
  const isFuture = (part: DatePart) => dateText(part) > dateText(today).slice(0, dateText(part).length);

  return (
    <div className="menu-frame" ref={frame} onKeyDown={(event) => open && event.key === 'Escape' && close()}>
      <Button ref={opener} icon="schedules" aria-expanded={open} onClick={() => setOpen(!open)}>
        {chosen ? nameOf(chosen) : t('date.any')}
      </Button>
      {open && (
        <div className="menu images-dates">
          <div className="images-dates-quick">
            <button type="button" aria-pressed={!chosen} onClick={() => pick(null)}>
              {t('date.any')}
            </button>
            <button type="button" aria-pressed={value === dateText(today)} onClick={() => pick(today)}>
              {t('date.today')}
            </button>
            <button type="button" aria-pressed={value === dateText({ year: today.year, month: today.month })} onClick={() => pick({ year: today.year, month: today.month })}>
              {t('date.month')}
            </button>
          </div>
          <div className="images-dates-grid" data-of="years" role="group" aria-label={t('date.years')}>
            {years.map((year) => (
              <button key={year} type="button" aria-pressed={chosen?.year === year} onClick={() => pick({ year })}>
                {year}
              </button>
            ))}
          </div>
          {chosen && (
            <div className="images-dates-grid" data-of="months" role="group" aria-label={nameOf({ year: chosen.year })}>
              {months.map((month) => (
                <button key={month} type="button" disabled={isFuture({ year: chosen.year, month })} aria-pressed={chosen.month === month} onClick={() => pick({ year: chosen.year, month })}>
                  {short(month)}
                </button>
              ))}
            </div>
          )}
          {chosen?.month && (
            <div className="images-dates-grid" data-of="days" role="group" aria-label={nameOf({ year: chosen.year, month: chosen.month })}>
              {days.map((day) => (
                <button key={day} type="button" disabled={isFuture({ ...chosen, day })} aria-pressed={chosen.day === day} onClick={() => pick({ ...chosen, day })}>
                  {day}
                </button>
              ))}
            </div>
          )}
          <p className="soft small">{t('date.zone', { zone })}</p>
        </div>
      )}
    </div>
  );
}
