// Times, numbers and sizes as the reader writes them, in the time zone that the reader chose.
import { chosenLanguage, chosenZone } from './language';
import type { Language } from './language';

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86400],
  ['month', 30 * 86400],
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

export interface Format {
  language: Language;
  zone: string;
  number(value: number, digits?: number): string;
  percent(share: number): string;
  bytes(count: number): string;
  dateTime(time: string | Date): string; // with seconds
  day(time: string | Date): string;
  minute(time: string | Date, options?: { withDay: boolean }): string; // to the minute
  relative(time: string | Date, now?: number): string;
  duration(seconds: number): string;
}

export function formatFor(language: Language, zone: string): Format {
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone: zone });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: zone });
  const minute = new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: zone });
  const dayAndMinute = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const numbers = new Map<string, Intl.NumberFormat>();
  const written = (value: number, key: string, options: Intl.NumberFormatOptions) => {
    let found = numbers.get(key);
    if (!found) numbers.set(key, (found = new Intl.NumberFormat(language, options)));
    return found.format(value);
  };
  const number = (value: number, digits = 0) => written(value, `${digits}`, { maximumFractionDigits: digits });
  const unit = (value: number, name: string, digits: number) => written(value, `${name} ${digits}`, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits });
  return {
    language,
    zone,
    number,
    percent: (share) => written(share, 'percent', { style: 'percent', maximumFractionDigits: 1 }),
    bytes(count) {
      if (count < 1000) return `${number(count)} B`;
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
      const step = Math.min(names.length - 1, Math.floor(Math.log10(count) / 3));
      return unit(count / 1000 ** step, names[step]!, step < 2 ? 0 : 1);
    },
    dateTime: (time) => dateTime.format(new Date(time)),
    day: (time) => day.format(new Date(time)),
    minute: (time, { withDay } = { withDay: false }) => (withDay ? dayAndMinute : minute).format(new Date(time)),
    relative(time, now = Date.now()) {
      const seconds = Math.round((new Date(time).getTime() - now) / 1000);
      const [name, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
      return relative.format(Math.trunc(seconds / size), name);
    },
    duration(seconds) {
      if (seconds < 0.9995) return unit(seconds * 1000, 'millisecond', seconds < 0.01 ? 1 : 0);
      if (seconds < 59.5) return unit(seconds, 'second', seconds < 10 ? 1 : 0);
      const whole = Math.round(seconds);
      const parts: [number, string][] = [
        [Math.floor(whole / 86400), 'day'],
        [Math.floor((whole % 86400) / 3600), 'hour'],
        [Math.floor((whole % 3600) / 60), 'minute'],
        [whole % 60, 'second'],
      ];
      const first = parts.findIndex(([value]) => value > 0);
      return parts.slice(first, first + 2).filter(([value]) => value > 0).map(([value, name]) => unit(value, name, 0)).join(' ');
    },
  };
}

// A format of the browser costs more than what it writes: a list of 50 rows shares one, and the next page has it too.
let shared: { language: Language; zone: string; format: Format } | null = null;

export function useFormat(): Format {
  const language = chosenLanguage.use();
  const zone = chosenZone.use();
  if (shared?.language !== language || shared.zone !== zone) shared = { language, zone, format: formatFor(language, zone) };
  return shared.format;
}
