// Days of the chosen time zone (2026-01-31, as a date field has it) as moments.
import { chosenZone } from '../i18n';
import { midnight } from './images/dates';

const at = (day: string, later: number, zone: string) => {
  const [year, month, date] = day.split('-').map(Number);
  return midnight(year!, month!, date! + later, zone).toISOString();
};

export const dayStart = (day: string, zone = chosenZone.get()): string => at(day, 0, zone);

// When it is over: where the next one begins.
export const dayEnd = (day: string, zone = chosenZone.get()): string => at(day, 1, zone);
