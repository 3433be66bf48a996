import { expect, it } from 'vitest';

import { filterOf, queryOf, viewOf } from './filter';

it('reads the address, and leaves out what it does not know', () => {
  const view = viewOf(new URLSearchParams('status=failed&label=person&date=2026-01-31&sort=title&cursor=abc&nonsense=1&model=%20'), 'UTC');
  expect(view).toEqual({
    conditions: { status: 'failed', label: 'person', since: '2026-01-31T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' },
    sort: 'title',
    cursor: 'abc',
  });
  expect(queryOf(view)).toEqual({ ...view.conditions, limit: 50, sort: 'title', cursor: 'abc' });
  expect(viewOf(new URLSearchParams('status=eaten&sort=size'), 'UTC')).toEqual({ conditions: {}, sort: 'newest', cursor: null });
});

it('says it aloud when an action is for all there are', () => {
  expect(filterOf({})).toEqual({ all: true });
  expect(filterOf({ status: 'failed' })).toEqual({ status: 'failed' });
});
