// The pages: address, who may see it, and where it stands. To add one: a folder in src/pages with a default export, and a line here.
// The first part of each address must also be in kPages of src/api/pages.h.
import { lazy } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';

import type { Act } from '../api/can';
import type { IconName } from '../ui/Icon';

export interface PageProps {
  params: Record<string, string>; // the parts of the address that the pattern names
}

export interface Route {
  path: string;
  may: Act;
  page: LazyExoticComponent<ComponentType<PageProps>>;
  nav?: { word: NavWord; icon: IconName; group: 'work' | 'system' | 'access' };
}

// Keys of messages/*/shell.ts.
export type NavWord = `nav.${'images' | 'upload' | 'queues' | 'failures' | 'workers' | 'models' | 'schedules' | 'webhooks' | 'users' | 'tokens' | 'audit' | 'settings' | 'alerts'}`;

export const home = '/images';

export const routes: readonly Route[] = [
  { path: '/images', may: 'see', page: lazy(() => import('../pages/images/Page')), nav: { word: 'nav.images', icon: 'images', group: 'work' } },
  { path: '/images/:id', may: 'see', page: lazy(() => import('../pages/image/Page')) },
  { path: '/upload', may: 'send', page: lazy(() => import('../pages/upload/Page')), nav: { word: 'nav.upload', icon: 'upload', group: 'work' } },
  { path: '/queues', may: 'watch', page: lazy(() => import('../pages/queues/Page')), nav: { word: 'nav.queues', icon: 'queues', group: 'work' } },
  { path: '/failures', may: 'see', page: lazy(() => import('../pages/failures/Page')), nav: { word: 'nav.failures', icon: 'failures', group: 'work' } },
  { path: '/jobs', may: 'see', page: lazy(() => import('../pages/jobs/Page')) },
  { path: '/jobs/:id', may: 'see', page: lazy(() => import('../pages/jobs/JobPage')) },
  { path: '/welcome', may: 'send', page: lazy(() => import('../pages/welcome/Page')) },
  { path: '/workers', may: 'watch', page: lazy(() => import('../pages/workers/Page')), nav: { word: 'nav.workers', icon: 'workers', group: 'system' } },
  { path: '/alerts', may: 'watch', page: lazy(() => import('../pages/alerts/Page')), nav: { word: 'nav.alerts', icon: 'alerts', group: 'system' } },
  { path: '/models', may: 'see', page: lazy(() => import('../pages/models/Page')), nav: { word: 'nav.models', icon: 'models', group: 'system' } },
  { path: '/models/:name', may: 'see', page: lazy(() => import('../pages/models/Model')) },
  { path: '/schedules', may: 'watch', page: lazy(() => import('../pages/schedules/Page')), nav: { word: 'nav.schedules', icon: 'schedules', group: 'system' } },
  { path: '/schedules/:name', may: 'watch', page: lazy(() => import('../pages/schedules/Schedule')) },
  { path: '/webhooks', may: 'operate', page: lazy(() => import('../pages/webhooks/Page')), nav: { word: 'nav.webhooks', icon: 'webhooks', group: 'system' } },
  { path: '/webhooks/deliveries/:id', may: 'operate', page: lazy(() => import('../pages/webhooks/Delivery')) },
  { path: '/webhooks/endpoints', may: 'admin', page: lazy(() => import('../pages/webhooks/Endpoints')) },
  { path: '/webhooks/endpoints/:id', may: 'admin', page: lazy(() => import('../pages/webhooks/Endpoint')) },
  { path: '/users', may: 'users', page: lazy(() => import('../pages/users/Page')), nav: { word: 'nav.users', icon: 'users', group: 'access' } },
  { path: '/users/:name', may: 'users', page: lazy(() => import('../pages/users/User')) },
  { path: '/tokens', may: 'see', page: lazy(() => import('../pages/tokens/Page')), nav: { word: 'nav.tokens', icon: 'tokens', group: 'access' } },
  { path: '/audit', may: 'users', page: lazy(() => import('../pages/audit/Page')), nav: { word: 'nav.audit', icon: 'audit', group: 'access' } },
  { path: '/settings', may: 'see', page: lazy(() => import('../pages/settings/Page')), nav: { word: 'nav.settings', icon: 'settings', group: 'access' } },
  { path: '/account', may: 'see', page: lazy(() => import('../pages/account/Page')) },
];
