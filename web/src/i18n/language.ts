// Which language and time zone the reader has: chosen in the page and kept in the browser, or else those of the browser.
import { stored } from '../app/stored';

export type Language = 'en' | 'ko';
export const languages: readonly Language[] = ['en', 'ko'];

const ofBrowser = (): Language => (globalThis.navigator?.language?.toLowerCase().startsWith('ko') ? 'ko' : 'en');

export const chosenLanguage = stored<Language>('darkroom.language', ofBrowser, (value): value is Language => value === 'en' || value === 'ko');

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

export const chosenZone = stored<string>('darkroom.zone', browserZone, isZone);
