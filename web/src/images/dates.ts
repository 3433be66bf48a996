// The drill-down by date: a year, a month or a day in the reader's time zone, as the two times between which photos were uploaded. Pure.
import { midnight } from '../i18n/days';

export type DatePart = { year: number; month?: number; day?: number };

export function parseDate(text: string | null): DatePart | null {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text ?? '');
  if (!found) return null;
  const [year, month, day] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (month !== undefined && (month < 1 || month > 12)) return null;
  if (day !== undefined && (day < 1 || day > daysIn(year!, month!))) return null;
  return { year: year!, ...(month === undefined ? {} : { month }), ...(day === undefined ? {} : { day }) };
}

const two = (number: number) => String(number).padStart(2, '0');

export const dateText = ({ year, month, day }: DatePart): string => [String(year), month && two(month), day && two(day)].filter(Boolean).join('-');

export const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

export function rangeOf(date: DatePart, zone: string): { since: string; until: string } {
  const { year, month, day } = date;
  const start = midnight(year, month ?? 1, day ?? 1, zone);
  const end = day ? midnight(year, month!, day + 1, zone) : month ? midnight(year, month + 1, 1, zone) : midnight(year + 1, 1, 1, zone);
  return { since: start.toISOString(), until: end.toISOString() };
}

// The day of a moment in the zone.
export function dayOf(at: string | number | Date, zone: string): Required<DatePart> {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(new Date(at));
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)!.value); // by name: how a language puts them together changes
  return { year: of('year'), month: of('month'), day: of('day') };
}
