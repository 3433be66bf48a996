import type { ReactNode } from 'react';

import { Button } from './Button';
import { Icon } from './Icon';
import { explain, useCommonWords } from './words';

export function Notice({ tone = 'grey', title, children, actions }: { tone?: 'grey' | 'red' | 'amber' | 'blue'; title?: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="notice" data-tone={tone}>
      <Icon name={tone === 'red' || tone === 'amber' ? 'failures' : 'info'} />
      <div>
        {title && <h3>{title}</h3>}
        {children}
        {actions && <div className="actions">{actions}</div>}
      </div>
    </div>
  );
}

// An error as people can use it: what happened, the particulars, what to do.
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useCommonWords();
  const { title, detail, advice, code } = explain(error);
  return (
    <div role="alert">
      <Notice
        tone="red"
        title={title}
        actions={
          onRetry && (
            <Button icon="retry" onClick={onRetry}>
              {t('retry')}
            </Button>
          )
        }
      >
        {detail && <p>{detail}</p>}
        {advice && <p>{advice}</p>}
        <p className="soft small">{t('code', { code })}</p>
      </Notice>
    </div>
  );
}
