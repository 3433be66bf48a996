import { useEffect, useState } from 'react';

import { useCan } from '../api/session';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { AccountMenu } from './AccountMenu';
import { Link, usePath } from './router';
import { routes } from './routes';
import { LiveDot, NavLinks } from './Shell';
import { useShellWords } from './words';

const mostImportant = ['/images', '/upload', '/queues', '/failures'];

// On a phone: four pages below the thumb, and the others behind a button.
export function PhoneMenu({ onHelp }: { onHelp: () => void }) {
  const t = useShellWords();
  const can = useCan();
  const path = usePath();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]); // however one got there
  const shown = routes.filter((route) => mostImportant.includes(route.path) && route.nav && can(route.may));
  return (
    <>
      <nav className="phone-bar" aria-label={t('menu')}>
        {shown.map((route) => (
          <Link key={route.path} to={route.path} aria-current={path.startsWith(route.path) ? 'page' : undefined}>
            <Icon name={route.nav!.icon} size={20} />
            <span>{t(route.nav!.word)}</span>
          </Link>
        ))}
        <button type="button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          <Icon name="menu" size={20} />
          <span>{t('menu')}</span>
        </button>
      </nav>
      {open && (
        <Dialog title={t('menu')} onClose={() => setOpen(false)}>
          <nav aria-label={t('nav')}>
            <NavLinks onGo={() => setOpen(false)} />
          </nav>
          <LiveDot />
          <AccountMenu
            onHelp={() => {
              setOpen(false);
              onHelp();
            }}
          />
        </Dialog>
      )}
    </>
  );
}
