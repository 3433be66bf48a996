import { expect, it } from 'vitest';

import { grouped } from './groups';

type Images = Parameters<typeof grouped>[0];

const failed = (id: number, error_code: string, model: string, updated_at: string) => ({ id, error_code, model, updated_at, error_message: 'why', job_id: `j${id}`, title: `${id}.jpg`, thumbnail_url: '' });
const images = [failed(1, 'timeout', 'demo', '2026-01-31T09:00:00Z'), failed(2, 'corrupt', 'demo', '2026-01-31T09:10:00Z'), failed(3, 'timeout', 'demo', '2026-01-31T09:20:00Z')] as unknown as Images;

it('puts failures together by cause, the most frequent first', () => {
  const { items, failures } = grouped(images, undefined);
  expect(items.map(({ error_code: code, count, first_at: first, last_at: last }) => [code, count, first, last])).toEqual([
    ['timeout', 2, '2026-01-31T09:00:00Z', '2026-01-31T09:20:00Z'],
    ['corrupt', 1, '2026-01-31T09:10:00Z', '2026-01-31T09:10:00Z'],
  ]);
  expect(failures).toBe(3);
  expect(items[0]!.filter).toEqual({ state: 'failed', error: 'timeout', model: 'demo' });
});

it('leaves out what failed before', () => {
  expect(grouped(images, '2026-01-31T09:15:00Z').items.map((group) => group.count)).toEqual([1]);
});
