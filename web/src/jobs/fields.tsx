// What dialogs ask for before they change jobs: a priority, and why.
import { Field } from '../ui';
import { useJobWords } from './words';

// The number that was typed, or null where it is no priority.
export function priorityOf(text: string): number | null {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= -100 && number <= 100 ? number : null;
}

interface TextField {
  value: string;
  onChange: (text: string) => void;
  hint?: string;
  autoFocus?: boolean;
  maxLength?: number;
}

export function PriorityField({ value, onChange, hint, autoFocus }: TextField) {
  const t = useJobWords();
  return (
    <Field label={t('priority')} hint={hint ?? t('priority.hint')} fault={priorityOf(value) === null ? t('priority.fault') : null}>
      <input type="number" min={-100} max={100} step={1} value={value} autoFocus={autoFocus} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

export function ReasonField({ value, onChange, hint, autoFocus, maxLength = 1000 }: TextField) {
  const t = useJobWords();
  return (
    <Field label={t('reason')} hint={hint ?? t('reason.hint')}>
      <input value={value} maxLength={maxLength} autoFocus={autoFocus} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

// As an order to the server has it.
export const withReason = (reason: string): { reason?: string } => (reason.trim() ? { reason: reason.trim() } : {});
