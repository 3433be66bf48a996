import type { Schemas } from '../api/client';
import { area } from '../i18n';
import en from '../messages/en/users';
import ko from '../messages/ko/users';
import type { Tone } from '../ui';

export const useWords = area(en, ko);

export type User = Schemas['User'];
export type Role = Schemas['Role'];
export const roles: readonly Role[] = ['uploader', 'viewer', 'operator', 'admin'];
export const toneOf: Record<Role, Tone> = { uploader: 'grey', viewer: 'grey', operator: 'blue', admin: 'amber' };
