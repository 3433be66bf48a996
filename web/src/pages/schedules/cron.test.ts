import { describe, expect, it } from 'vitest';

import { nextTimes } from './cron';

const next = (cron: string, zone: string, after: string, count = 3) => {
  const times = nextTimes(cron, zone, Date.parse(after), count);
  return Array.isArray(times) ? times.map((time) => time.toISOString().slice(0, 16)) : times;
};

describe('the next times of a cron expression', () => {
  it('are strictly later, in the zone', () => {
    expect(next('30 3 * * *', 'Asia/Seoul', '2026-01-31T18:30:00Z')).toEqual(['2026-02-01T18:30', '2026-02-02T18:30', '2026-02-03T18:30']);
    expect(next('*/10 * * * *', 'UTC', '2026-01-31T23:45:30Z')).toEqual(['2026-01-31T23:50', '2026-02-01T00:00', '2026-02-01T00:10']);
    expect(next('@monthly', 'UTC', '2026-01-31T00:00:00Z', 2)).toEqual(['2026-02-01T00:00', '2026-03-01T00:00']);
  });

  it('take days of the month or of the week, where both are said', () => {
    expect(next('0 12 13 * fri', 'UTC', '2026-02-01T00:00:00Z')).toEqual(['2026-02-06T12:00', '2026-02-13T12:00', '2026-02-20T12:00']);
    expect(next('0 12 * * sat-sun', 'UTC', '2026-02-01T13:00:00Z', 2)).toEqual(['2026-02-07T12:00', '2026-02-08T12:00']);
    expect(next('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 1)).toEqual(['2028-02-29T00:00']);
  });

  it('fire once at the end of a jump, and the first time of two', () => {
    // New York: 8 March 2026, 2:00 becomes 3:00; 1 November, 2:00 becomes 1:00.
    expect(next('30 2 * * *', 'America/New_York', '2026-03-08T05:00:00Z', 2)).toEqual(['2026-03-08T07:00', '2026-03-09T06:30']);
    expect(next('30 1 * * *', 'America/New_York', '2026-11-01T04:00:00Z', 2)).toEqual(['2026-11-01T05:30', '2026-11-02T06:30']);
  });

  it('go on by real time where every hour is meant', () => {
    expect(next('30 * * * *', 'America/New_York', '2026-11-01T05:00:00Z')).toEqual(['2026-11-01T05:30', '2026-11-01T06:30', '2026-11-01T07:30']);
  });

  it('are refused with the field that is wrong', () => {
    expect(next('99 * * * *', 'UTC', '2026-01-01T00:00:00Z')).toEqual({ field: 'minute', part: '99' });
    expect(next('0 0 * * 5-2', 'UTC', '2026-01-01T00:00:00Z')).toEqual({ field: 'weekday', part: '5-2' });
    expect(next('5/2 * * * *', 'UTC', '2026-01-01T00:00:00Z')).toEqual({ field: 'minute', part: '5/2' });
    expect(next('* * *', 'UTC', '2026-01-01T00:00:00Z')).toBe('fields');
    expect(next('0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z')).toBe('never');
  });
});
