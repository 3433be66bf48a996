import type { ReactNode } from 'react';

import { useCommonWords } from './words';

export type Tone = 'grey' | 'amber' | 'blue' | 'green' | 'red';

export function Chip({ tone = 'grey', sign, title, children }: { tone?: Tone; sign?: string; title?: string; children: ReactNode }) {
  return (
    <span className="chip" data-tone={tone} title={title}>
      {sign && (
        <span className="sign" aria-hidden="true">
          {sign}
        </span>
      )}
      {children}
    </span>
  );
}

export interface HasState {
  status: string; // of an image, or the state of a job
  attempt?: number;
  max_attempts?: number;
  next_attempt_at?: string | null;
}

// The state of an image or a job: colour, word and sign.
export function StateChip({ of }: { of: HasState }) {
  const t = useCommonWords();
  switch (of.status) {
    case 'completed':
      return <Chip tone="green" sign="✅">{t('state.completed')}</Chip>;
    case 'failed':
      return <Chip tone="red" sign="❌">{t('state.failed')}</Chip>;
    case 'cancelled':
      return <Chip sign="🚫">{t('state.cancelled')}</Chip>;
    case 'processing':
    case 'running':
      return <Chip tone="blue" sign="🔄">{t('state.processing')}</Chip>;
    default:
      break;
  }
  if ((of.attempt ?? 0) > 0 && of.next_attempt_at) {
    return <Chip tone="amber" sign="⏳">{t('state.retry', { attempt: (of.attempt ?? 0) + 1, most: of.max_attempts ?? 0 })}</Chip>;
  }
  if (of.status === 'scheduled' || of.next_attempt_at) return <Chip tone="amber" sign="⏳">{t('state.scheduled')}</Chip>;
  return <Chip tone="amber" sign="⏳">{t('state.pending')}</Chip>;
}
