import type { ReactNode } from 'react';

import { Link } from '../app/router';
import { usePartWords } from './partWords';

export interface Tab {
  to: string;
  label: ReactNode;
  here: boolean;
}

// Pages that belong together: each has an address of its own.
export function Tabs({ tabs }: { tabs: readonly Tab[] }) {
  const t = usePartWords();
  if (tabs.length < 2) return null;
  return (
    <nav className="tabs" aria-label={t('sections')}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} aria-current={tab.here ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
