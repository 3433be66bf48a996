// The frame around every page of somebody who is logged in.
import { Suspense, lazy, useEffect, useRef, useState } from 'react';

import { useLiveState, useLiveUpdates } from '../api/live';
import { useCan } from '../api/session';
import icon from '../assets/icon.svg';
import { Empty } from '../ui/Empty';
import { Icon } from '../ui/Icon';
import { Skeleton } from '../ui/Skeleton';
import { KeepDrops } from '../uploads/KeepDrops';
import { AccountMenu } from './AccountMenu';
import { ErrorBoundary } from './ErrorBoundary';
import { Help } from './Help';
import { PhoneMenu } from './PhoneMenu';
import { Link, match, navigate, usePath } from './router';
import { home, routes } from './routes';
import type { Route } from './routes';
import { useShortcuts } from './shortcuts';
import { useShellWords } from './words';

const DropAnywhere = lazy(() => import('../uploads/DropAnywhere'));

const groups = ['work', 'system', 'access'] as const;

const PageSkeleton = () => (
  <div className="page" aria-busy="true">
    <Skeleton width="12rem" height="1.75rem" />
    <Skeleton height="20rem" />
  </div>
);

const isHere = (route: Route, path: string) => path === route.path || path.startsWith(`${route.path}/`);

export function NavLinks({ onGo }: { onGo?: () => void }) {
  const t = useShellWords();
  const can = useCan();
  const path = usePath();
  return (
    <>
      {groups.map((group) => {
        const shown = routes.filter((route) => route.nav?.group === group && can(route.may));
        if (!shown.length) return null;
        return (
          <div className="side-group" key={group}>
            <h2>{t(`group.${group}`)}</h2>
            <ul>
              {shown.map((route) => (
                <li key={route.path}>
                  <Link to={route.path} className="side-link" aria-current={isHere(route, path) ? 'page' : undefined} onClick={onGo}>
                    <Icon name={route.nav!.icon} />
                    <span>{t(route.nav!.word)}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

export function LiveDot() {
  const t = useShellWords();
  const state = useLiveState();
  return (
    <p className="live-dot" data-state={state} role="status">
      {t(`live.${state}`)}
    </p>
  );
}

function Content() {
  const t = useShellWords();
  const can = useCan();
  const path = usePath();
  for (const route of routes) {
    const params = match(route.path, path);
    if (!params || !can(route.may)) continue;
    return (
      <ErrorBoundary key={path}>
        <Suspense fallback={<PageSkeleton />}>
          <route.page params={params} />
        </Suspense>
      </ErrorBoundary>
    );
  }
  return (
    <div className="page">
      <Empty icon="search" title={t('missing.title')} actions={<Link className="button" to={home}>{t('missing.home')}</Link>}>
        {t('missing.text')}
      </Empty>
    </div>
  );
}

export function Shell() {
  const t = useShellWords();
  const path = usePath();
  const can = useCan();
  const main = useRef<HTMLElement>(null);
  const [help, setHelp] = useState(false);
  const before = useRef(path);
  useLiveUpdates();
  useShortcuts(() => setHelp(true));

  const isEntry = path === '/' || path === '/admin/' || path === '/log-in';
  useEffect(() => {
    if (isEntry) navigate(home, { replace: true });
  }, [isEntry]);

  // Who listens to the page hears of another one.
  useEffect(() => {
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);

  return (
    <>
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <div className="shell">
        <nav className="side" aria-label={t('nav')}>
          <Link to={home} className="brand">
            <img src={icon} alt="" />
            Darkroom
          </Link>
          <NavLinks />
          <div className="side-foot">
            <LiveDot />
            <AccountMenu onHelp={() => setHelp(true)} />
          </div>
        </nav>
        <main className="main" id="content" ref={main} tabIndex={-1}>
          {!isEntry && <Content />}
        </main>
      </div>
      {can('send') ? (
        <Suspense fallback={<KeepDrops />}>
          <DropAnywhere />
        </Suspense>
      ) : (
        <KeepDrops says />
      )}
      <PhoneMenu onHelp={() => setHelp(true)} />
      {help && <Help onClose={() => setHelp(false)} />}
    </>
  );
}
