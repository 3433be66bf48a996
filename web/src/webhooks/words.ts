import type { Schemas } from '../api/client';
import { area } from '../i18n';
import en from '../messages/en/webhooks';
import ko from '../messages/ko/webhooks';
import type { Tone } from '../ui';

export const useWords = area(en, ko);

export type Endpoint = Schemas['Endpoint'];
export type Delivery = Schemas['Delivery'];
export type DeliveryState = Schemas['DeliveryState'];
export type WebhookEvent = Schemas['WebhookEvent'];

export const events: readonly WebhookEvent[] = ['job.completed', 'job.failed', 'job.cancelled', 'batch.completed', 'alert.raised', 'alert.cleared'];
export const states: readonly DeliveryState[] = ['waiting', 'sending', 'delivered', 'superseded', 'dead'];
export const stateSigns: Record<DeliveryState, [Tone, string]> = { waiting: ['amber', '⏳'], sending: ['blue', '🔄'], delivered: ['green', '✅'], superseded: ['grey', '⊘'], dead: ['red', '❌'] };
