import type { Schemas } from '../../api/client';
import { area } from '../../i18n';
import en from '../../messages/en/audit';
import ko from '../../messages/ko/audit';

export const useWords = area(en, ko);
export type Event = Schemas['Event'];
export const groups = ['account', 'session', 'token', 'image', 'job', 'batch', 'queue', 'schedule', 'model', 'endpoint', 'delivery', 'deliveries', 'quarantine', 'alert', 'node', 'server', 'cleanup'] as const;
