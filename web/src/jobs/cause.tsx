// What an error code of a job means, and what to do.
import { useCallback } from 'react';
import type { ReactNode } from 'react';

import { Notice } from '../ui';
import { useJobWords } from './words';

export interface Cause {
  title: string;
  advice: string;
}

export function useCause(): (code: string) => Cause {
  const t = useJobWords();
  return useCallback((code) => ({ title: t.maybe(`cause.${code}.title`) ?? t('cause.other.title', { code }), advice: t.maybe(`cause.${code}.do`) ?? t('cause.other.do') }), [t]);
}

export function CauseNotice({ code, message, tone = 'red', actions }: { code: string; message: string | null; tone?: 'red' | 'amber'; actions?: ReactNode }) {
  const cause = useCause()(code);
  return (
    <Notice tone={tone} title={cause.title} actions={actions}>
      {message && (
        <p className="jobs-message" lang="en">
          {message}
        </p>
      )}
      <p>{cause.advice}</p>
      <p className="soft small mono">{code}</p>
    </Notice>
  );
}
