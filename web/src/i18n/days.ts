// Days of the chosen time zone (2026-01-31, as a date field has it) as moments.
import { chosenZone } from './language';

// How far the zone is ahead of UTC at a moment, in milliseconds.
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000;
}

// When a day begins in the zone. The second look is for days on which clocks change.
export function midnight(year: number, month: number, day: number, zone: string): Date {
  const wall = Date.UTC(year, month - 1, day);
  const first = wall - offset(wall, zone);
  return new Date(wall - offset(first, zone));
}

const at = (day: string, later: number, zone: string) => {
  const [year, month, date] = day.split('-').map(Number);
  return midnight(year!, month!, date! + later, zone).toISOString();
};

export const dayStart = (day: string, zone = chosenZone.get()): string => at(day, 0, zone);

// When it is over: where the next one begins.
export const dayEnd = (day: string, zone = chosenZone.get()): string => at(day, 1, zone);
