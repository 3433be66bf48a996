import { Link } from '../app/router';
import { Icon } from './Icon';

// From one thing back to the list of all.
export function Back({ to, children }: { to: string; children: string }) {
  return (
    <Link className="back" to={to}>
      <Icon name="left" size={14} />
      {children}
    </Link>
  );
}
