import { expect, it } from 'vitest';

import { pathOf, topOf } from './Chart';

it('ends its axis at a round number', () => {
  expect([0, 1, 3, 7, 21, 260].map((value) => topOf([value]))).toEqual([1, 1, 5, 10, 25, 500]);
  expect(topOf([0.034])).toBeCloseTo(0.05);
});

it('leaves out what nobody knows, and draws no line across it', () => {
  expect(pathOf([0, null, 10, 5], 10, 4)).toBe('M0.5,100M2.5,0L3.5,50');
});
