import type { Schemas } from '../../api/client';
import { area } from '../../i18n';
import en from '../../messages/en/models';
import ko from '../../messages/ko/models';
import type { Tone } from '../../ui';

export const useWords = area(en, ko);

export type Model = Schemas['Model'];
export type ModelDetails = Schemas['ModelDetails'];
export type ModelVersion = Schemas['ModelVersion'];
export type Candidate = Schemas['ModelCandidate'];

export const stateSigns: Record<Model['state'], [Tone, string]> = { active: ['green', '✓'], probing: ['blue', '⏳'], refused: ['red', '✕'], inactive: ['grey', '○'] };
export const versionSigns: Record<ModelVersion['state'], [Tone, string]> = { current: ['green', '●'], ready: ['blue', '✓'], refused: ['red', '✕'], untried: ['grey', '○'] };

export const isModelName = (name: string): boolean => /^[a-z0-9][a-z0-9_.-]*$/.test(name) && name !== 'demo' && name !== 'null';
export const addressOf = (name: string): string => `/models/${encodeURIComponent(name)}`;
