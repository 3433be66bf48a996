import { Field } from './Field';
import { usePartWords } from './partWords';

export interface DateSpanProps {
  from: string; // 2026-01-31, or empty
  to: string; // that day still counts
  onFrom: (day: string) => void;
  onTo: (day: string) => void;
}

// The first and the last day of what is asked for: two fields.
export function DateSpan({ from, to, onFrom, onTo }: DateSpanProps) {
  const t = usePartWords();
  return (
    <>
      <Field label={t('since')}>
        <input type="date" value={from} onChange={(event) => onFrom(event.target.value)} />
      </Field>
      <Field label={t('until')}>
        <input type="date" value={to} onChange={(event) => onTo(event.target.value)} />
      </Field>
    </>
  );
}
