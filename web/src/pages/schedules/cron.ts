// How a cron expression is written, as src/domain/cron.h has it: for what is wrong with it, in the reader's words. Pure.

export type CronField = 'minute' | 'hour' | 'day' | 'month' | 'weekday';
export type CronFault = { field: CronField; part: string } | 'fields';

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

// Whether a part of a field can be read.
function isPart(part: string, [, least, most, names]: (typeof fields)[number]): boolean {
  const found = /^(\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  if (!found) return false;
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
    if (found[4] !== undefined && found[3] === undefined) return false;
  }
  const step = found[4] === undefined ? 1 : Number(found[4]);
  return first <= last && step >= 1 && step <= most - least + 1;
}

// What is wrong with an expression, as it is typed; null where nothing is. Whether there is such a day the server knows.
export function faultOf(text: string): CronFault | null {
  const parts = (macros[text.trim().toLowerCase()] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) return 'fields';
  for (const [index, field] of fields.entries()) {
    for (const part of parts[index]!.split(',')) {
      if (!isPart(part, field)) return { field: field[0], part };
    }
  }
  return null;
}
