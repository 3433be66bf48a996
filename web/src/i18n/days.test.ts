import { expect, it } from 'vitest';

import { dayEnd, dayStart } from './days';

it('begins and ends a day where the clock of the zone does, also on days of 23 and 25 hours', () => {
  expect(dayStart('2026-01-31', 'Asia/Seoul')).toBe('2026-01-30T15:00:00.000Z');
  expect(dayEnd('2026-01-31', 'Asia/Seoul')).toBe('2026-01-31T15:00:00.000Z');
  expect(dayStart('2026-03-08', 'America/New_York')).toBe('2026-03-08T05:00:00.000Z');
  expect(dayEnd('2026-03-08', 'America/New_York')).toBe('2026-03-09T04:00:00.000Z');
});
