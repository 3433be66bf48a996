import { expect, it } from 'vitest';

import { dateText, dayOf, parseDate, rangeOf } from './dates';

it('reads years, months and days, and nothing else', () => {
  expect(parseDate('2026')).toEqual({ year: 2026 });
  expect(parseDate('2026-02')).toEqual({ year: 2026, month: 2 });
  expect(parseDate('2028-02-29')).toEqual({ year: 2028, month: 2, day: 29 });
  for (const wrong of [null, '', '26', '2026-13', '2026-02-29', '2026-1', 'today']) expect(parseDate(wrong)).toBeNull();
  expect(dateText({ year: 2026, month: 2, day: 3 })).toBe('2026-02-03');
});

it('knows when days begin in a zone, also when clocks change', () => {
  expect(rangeOf({ year: 2026, month: 1, day: 31 }, 'Asia/Seoul')).toEqual({ since: '2026-01-30T15:00:00.000Z', until: '2026-01-31T15:00:00.000Z' });
  expect(rangeOf({ year: 2026, month: 12 }, 'UTC')).toEqual({ since: '2026-12-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' });
  expect(rangeOf({ year: 2026, month: 3, day: 29 }, 'Europe/Berlin')).toEqual({ since: '2026-03-28T23:00:00.000Z', until: '2026-03-29T22:00:00.000Z' });
  expect(rangeOf({ year: 2026 }, 'America/New_York')).toEqual({ since: '2026-01-01T05:00:00.000Z', until: '2027-01-01T05:00:00.000Z' });
  expect(dayOf('2026-01-31T20:00:00Z', 'Asia/Seoul')).toEqual({ year: 2026, month: 2, day: 1 });
});
