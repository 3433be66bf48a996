import { expect, it } from 'vitest';

import { formatFor } from '../../i18n/format';
import { pathOf, topOf, topOfTimes } from './Chart';

it('ends its axis at a round number', () => {
  expect([0, 1, 3, 7, 21, 260].map((value) => topOf([value]))).toEqual([1, 1, 5, 10, 25, 500]);
  expect(topOf([0.034])).toBeCloseTo(0.05);
});

it('ends an axis of times at a time that is round in its unit, in both languages', () => {
  const tops = (language: 'en' | 'ko') => [0.0021, 0.034, 3, 11, 42, 100, 700, 5000, 200_000].map((value) => formatFor(language, 'UTC').duration(topOfTimes([value])));
  expect(tops('en')).toEqual(['2.5 ms', '50 ms', '5 sec', '15 sec', '1 min', '2 min', '20 min', '2 hr', '2 days 12 hr']);
  expect(tops('ko').slice(0, 4)).toEqual(['2.5ms', '50ms', '5초', '15초']);
});

it('leaves out what nobody knows, and draws no line across it', () => {
  expect(pathOf([0, 10, null, 10, 5], 10, 5)).toBe('M0.5,100L1.5,0M3.5,0L4.5,50');
});

it('shows a value that stands alone, as on a site where few photos come', () => {
  expect(pathOf([null, 5, null], 10, 3)).toBe('M1.12,50L1.88,50');
  expect(pathOf([0, null, 10, 5], 10, 4)).toBe('M0.12,100L0.88,100M2.5,0L3.5,50');
});
