// Times, numbers and sizes as the reader writes them, in the time zone that the reader chose.
import { useMemo } from 'react';

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
  const number = (value: number, digits = 0) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  const unit = (value: number, name: string, digits: number) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits }).format(value);
  return {
    language,
    zone,
    number,
    percent: (share) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share),
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

export function useFormat(): Format {
  const language = chosenLanguage.use();
  const zone = chosenZone.use();
  return useMemo(() => formatFor(language, zone), [language, zone]);
}
