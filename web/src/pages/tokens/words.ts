import type { Role } from '../../api/can';
import type { Schemas } from '../../api/client';
import { area } from '../../i18n';
import en from '../../messages/en/tokens';
import ko from '../../messages/ko/tokens';

export const useWords = area(en, ko);

export type Token = Schemas['Token'];

// The scopes, and from which role on each is of use: a token never has more than its user's role.
export const scopes: readonly { name: ScopeName; roles: readonly Role[] }[] = [
  { name: '*', roles: ['uploader', 'viewer', 'operator', 'admin'] },
  { name: 'images:read', roles: ['uploader', 'viewer', 'operator', 'admin'] },
  { name: 'images:write', roles: ['uploader', 'operator', 'admin'] },
  { name: 'jobs:act', roles: ['uploader', 'operator', 'admin'] },
  { name: 'system:read', roles: ['viewer', 'operator', 'admin'] },
  { name: 'queues:manage', roles: ['operator', 'admin'] },
  { name: 'metrics:read', roles: ['viewer', 'operator', 'admin'] },
  { name: 'site', roles: ['uploader', 'operator', 'admin'] },
  { name: 'models:manage', roles: ['admin'] },
  { name: 'users:manage', roles: ['admin'] },
  { name: 'admin', roles: ['admin'] },
];
export type ScopeName = '*' | 'images:read' | 'images:write' | 'jobs:act' | 'queues:manage' | 'system:read' | 'models:manage' | 'users:manage' | 'admin' | 'metrics:read' | 'site';
