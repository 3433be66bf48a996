import { expect, it } from 'vitest';

import { match } from './router';

it('finds the parts of an address that a pattern names', () => {
  expect(match('/images/:id', '/images/7')).toEqual({ id: '7' });
  expect(match('/images/:id', '/images/7/')).toEqual({ id: '7' });
  expect(match('/models/:name/:version', '/models/a%2Fb/1')).toEqual({ name: 'a/b', version: '1' });
  expect(match('/images', '/images')).toEqual({});
});

it('refuses what does not fit', () => {
  expect(match('/images/:id', '/images')).toBeNull();
  expect(match('/images/:id', '/jobs/7')).toBeNull();
  expect(match('/images/:id', '/images/%E0%A4%A')).toBeNull();
});
