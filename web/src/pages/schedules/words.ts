import type { Schemas } from '../../api/client';
import { area, browserZone } from '../../i18n';
import en from '../../messages/en/schedules';
import ko from '../../messages/ko/schedules';

export const useWords = area(en, ko);

export type Schedule = Schemas['Schedule'];
export type Rule = Schemas['ScheduleRule'];

export const ruleOf = ({ cron, zone, kind, enabled, missed }: Schedule): Rule => ({ cron, zone, kind, enabled, missed });
export const addressOf = (name: string): string => `/schedules/${encodeURIComponent(name)}`;

// All zones that the browser knows, that of the reader and UTC first.
export function zones(): readonly string[] {
  const known = 'supportedValuesOf' in Intl ? (Intl as unknown as { supportedValuesOf: (key: string) => string[] }).supportedValuesOf('timeZone') : ['Asia/Seoul', 'Europe/Berlin', 'America/New_York'];
  return [...new Set([browserZone(), 'UTC', ...known])];
}
