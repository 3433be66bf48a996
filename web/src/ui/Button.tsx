import { forwardRef } from 'react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

import { Icon } from './Icon';
import type { IconName } from './Icon';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: IconName;
  busy?: boolean; // turns, and takes no second click
  children?: ReactNode;
}

// With an icon and no children it is square: give it an aria-label.
export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button({ kind = 'plain', icon, busy, children, disabled, type = 'button', className, ...rest }, ref) {
  return (
    <button
      ref={ref}
      type={type}
      className={`button ${className ?? ''}`}
      data-kind={kind}
      data-square={children === undefined || undefined}
      data-busy={busy || undefined}
      disabled={disabled || busy}
      title={children === undefined ? rest['aria-label'] : undefined}
      {...rest}
    >
      {icon && !busy && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
});
