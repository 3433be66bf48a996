import { expect, it } from 'vitest';

import { formatFor } from './format';

const en = formatFor('en', 'UTC');
const ko = formatFor('ko', 'Asia/Seoul');

it('says times in the chosen zone', () => {
  expect(ko.dateTime('2026-01-31T23:30:05Z')).toContain('2026. 2. 1.');
  expect(en.dateTime('2026-01-31T23:30:05Z')).toContain('Jan 31, 2026');
  expect(ko.minute('2026-01-31T23:30:00Z')).toMatch(/8:30$/u);
  expect(en.minute('2026-01-31T23:30:00Z').replace(/\s/u, ' ')).toBe('11:30 PM');
  expect(ko.minute('2026-01-31T23:30:00Z', { withDay: true })).toMatch(/^2026\. 2\. 1\. .*8:30$/u);
});

it('says how long ago and how long', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  expect(en.relative('2026-01-31T11:58:30Z', now)).toBe('1 min. ago');
  expect(ko.relative('2026-01-31T10:00:00Z', now)).toBe('2시간 전');
  expect(en.relative('2026-01-31T12:10:00Z', now)).toBe('in 10 min.');
  expect(en.duration(0.042)).toBe('42 ms');
  expect(en.duration(0.0024)).toBe('2.4 ms');
  expect(en.duration(0.9999)).toBe('1 sec');
  expect(en.duration(59.8)).toBe('1 min');
  expect(en.duration(75)).toBe('1 min 15 sec');
  expect(ko.duration(3600)).toBe('1시간');
});

it('says sizes in steps of a thousand', () => {
  expect(en.bytes(999)).toBe('999 B');
  expect(en.bytes(38_120)).toBe('38 kB');
  expect(en.bytes(25_400_000)).toBe('25.4 MB');
});
