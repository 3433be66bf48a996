import type { Schemas } from '../../api/client';
import { area } from '../../i18n';
import en from '../../messages/en/workers';
import ko from '../../messages/ko/workers';
import type { Tone } from '../../ui';

export const useWords = area(en, ko);

export type Worker = Schemas['Worker'];
export type Job = Schemas['Job'];
export const stateSigns: Record<Worker['state'], [Tone, string]> = { running: ['green', '●'], draining: ['amber', '⏳'], stopped: ['grey', '○'], lost: ['red', '✕'] };
