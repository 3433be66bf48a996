import { afterEach, expect, it, vi } from 'vitest';

import { call } from '../api/client';
import { readJobs } from './listing';

vi.mock('../api/client', () => ({ call: vi.fn() }));

const pages = vi.mocked(call) as unknown as ReturnType<typeof vi.fn>;
const page = (ids: string[], next: string | null) => ({ items: ids.map((id) => ({ job_id: id })), next_cursor: next, counts: {} });
const read = async (limit: number) => {
  const { items, next } = await readJobs({ order: 'line', queue: 'q', limit }, new AbortController().signal);
  return { ids: items.map((job) => job.job_id).join(''), next };
};

afterEach(() => pages.mockReset());

it('follows the pages until it has as many as are wanted', async () => {
  pages.mockResolvedValueOnce(page(['a', 'b'], 'x')).mockResolvedValueOnce(page([], 'y')).mockResolvedValueOnce(page(['c'], 'z'));
  expect(await read(3)).toEqual({ ids: 'abc', next: 'z' });
  expect(pages.mock.calls.map(([, , options]) => options.query)).toEqual([
    { order: 'line', queue: 'q', limit: 3 },
    { order: 'line', queue: 'q', cursor: 'x', limit: 1 },
    { order: 'line', queue: 'q', cursor: 'y', limit: 1 },
  ]);
});

it('ends where the list ends', async () => {
  pages.mockResolvedValueOnce(page(['a'], null));
  expect(await read(500)).toEqual({ ids: 'a', next: null });
  expect(pages.mock.calls[0]![2].query.limit).toBe(200);
});
