import type { ReactNode } from 'react';

import { Button } from './Button';
import { useCommonWords } from './words';

// Pages that are followed by cursors: on to the next, or back to the start.
export function Pager({ cursor, next, onGo, children }: { cursor: string | null; next: string | null | undefined; onGo: (cursor: string | null) => void; children?: ReactNode }) {
  const t = useCommonWords();
  if (!cursor && !next && !children) return null;
  return (
    <nav className="pager" aria-label={t('page.of')}>
      <Button icon="left" disabled={!cursor} onClick={() => onGo(null)}>
        {t('previous')}
      </Button>
      {children}
      <Button disabled={!next} onClick={() => onGo(next ?? null)}>
        {t('next')}
      </Button>
    </nav>
  );
}
