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
  { path: '/failures', may: 'watch', page: lazy(() => import('../pages/failures/Page')), nav: { word: 'nav.failures', icon: 'failures', group: 'work' } },
  { path: '/jobs', may: 'see', page: lazy(() => import('../pages/jobs/Page')) },
  { path: '/jobs/:id', may: 'see', page: lazy(() => import('../pages/jobs/JobPage')) },
  { path: '/welcome', may: 'send', page: lazy(() => import('../pages/welcome/Page')) },
];
