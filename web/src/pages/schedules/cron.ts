// When a cron expression fires next, as src/domain/cron.h and src/calendar/next_slot.h have it: shown before a schedule is saved. Pure.

export type CronField = 'minute' | 'hour' | 'day' | 'month' | 'weekday';
export type CronFault = { field: CronField; part: string } | 'fields' | 'never';

interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  anyDay: boolean; // the field begins with *
  anyWeekday: boolean;
}

const fields: readonly [CronField, number, number, string[]][] = [
  ['minute', 0, 59, []],
  ['hour', 0, 23, []],
  ['day', 1, 31, []],
  ['month', 1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  ['weekday', 0, 7, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];
const macros: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

const minute = 60_000;
const day = 86_400_000;
const horizon = 366 * 8; // days: 29 February comes at the latest after eight years

function parsePart(part: string, [, least, most, names]: (typeof fields)[number]): number[] | null {
  const found = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  if (!found) return null;
  const value = (text: string) => {
    const named = names.indexOf(text.toLowerCase());
    const number = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : NaN;
  };
  let [first, last] = [least, most];
  if (found[1] !== '*') {
    first = value(found[2]!);
    last = found[3] === undefined ? first : value(found[3]);
    if (most === 7 && last === 0 && first > 0) last = 7; // fri-sun
    if (found[4] !== undefined && found[3] === undefined) return null;
  }
  const step = found[4] === undefined ? 1 : Number(found[4]);
  if (!(first <= last) || step < 1 || step > most - least + 1) return null;
  const all: number[] = [];
  for (let each = first; each <= last; each += step) all.push(each);
  return all;
}

export function parseCron(text: string): Cron | CronFault {
  const parts = (macros[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) return 'fields';
  const sets: Set<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const set = new Set<number>();
    for (const part of parts[index]!.split(',')) {
      const values = parsePart(part, field);
      if (!values) return { field: field[0], part };
      for (const value of values) set.add(value);
    }
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.has(7)) weekdays.add(0);
  return { minutes, hours, days, months, weekdays, anyDay: parts[2]!.startsWith('*'), anyWeekday: parts[4]!.startsWith('*') };
}

// A zone's clock on the wall. Moments and walls are milliseconds; a wall is what the clock shows, read as if it were UTC.
class Wall {
  private readonly format: Intl.DateTimeFormat;
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  }

  at(moment: number): number {
    const parts = this.format.formatToParts(moment);
    const of = (type: string) => Number(parts.find((part) => part.type === type)!.value);
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  }

  // The first moment at which the clock shows this; where it jumps over it, the end of the jump.
  first(wall: number): number {
    const shows = (moment: number) => this.at(moment) - moment;
    const before = shows(wall - day);
    const after = shows(wall + day);
    const fits = [before, after].map((ahead) => wall - ahead).filter((moment) => this.at(moment) === wall);
    if (fits.length) return Math.min(...fits);
    let [low, high] = [wall - day, wall + day];
    while (high - low > minute) {
      const middle = Math.floor((low + high) / 2 / minute) * minute;
      if (this.at(middle) >= wall) high = middle;
      else low = middle;
    }
    return high;
  }
}

function fits(cron: Cron, wall: number): boolean {
  const date = new Date(wall);
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const ofMonth = cron.days.has(date.getUTCDate());
  const ofWeek = cron.weekdays.has(date.getUTCDay());
  return cron.anyDay || cron.anyWeekday ? ofMonth && ofWeek : ofMonth || ofWeek;
}

// The moments of one day of the wall's clock, rising.
function momentsOf(cron: Cron, wall: Wall, start: number): number[] {
  const found = new Set<number>();
  if (cron.hours.size === 24) {
    // It follows the clock through its jumps: an hour that comes twice is two.
    const end = wall.first(start + day);
    for (let moment = wall.first(start); moment < end; moment += minute) if (cron.minutes.has(new Date(wall.at(moment)).getUTCMinutes())) found.add(moment);
  } else {
    for (const hour of cron.hours) for (const each of cron.minutes) found.add(wall.first(start + (hour * 60 + each) * minute));
  }
  return [...found].sort((a, b) => a - b);
}

export function nextTimes(text: string, zone: string, after: number, count: number): Date[] | CronFault {
  const cron = parseCron(text);
  if (typeof cron === 'string' || 'field' in cron) return cron;
  const wall = new Wall(zone);
  const times: Date[] = [];
  let start = Math.floor(wall.at(after) / day) * day;
  for (let looked = 0; looked < horizon && times.length < count; looked += 1, start += day) {
    if (!fits(cron, start)) continue;
    for (const moment of momentsOf(cron, wall, start)) if (moment > after && times.length < count && (times.at(-1)?.getTime() ?? 0) < moment) times.push(new Date(moment));
  }
  return times.length ? times : 'never';
}
