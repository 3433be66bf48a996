import type { ReactNode } from 'react';

import { Icon } from './Icon';
import type { IconName } from './Icon';

// Where nothing is yet: says what would be here, and how it comes here.
export function Empty({ icon, title, children, actions }: { icon: IconName; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={32} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}
