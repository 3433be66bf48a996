import { expect, it } from 'vitest';

import { inLine } from './listing';

const job = (id: number, owner: string, priority = 0) => ({ job_id: `00${id}`.slice(-3), model: 'demo', owner, priority, created_at: `2026-01-31T09:30:0${Math.floor(id / 4)}Z` });

it('puts the most urgent first, and then lets owners take turns', () => {
  const jobs = [job(0, 'a'), job(1, 'a'), job(2, 'a'), job(3, 'b'), job(4, 'b', 7)];
  expect(inLine([...jobs].reverse()).map(({ job_id: id }) => Number(id))).toEqual([4, 0, 3, 1, 2]);
});
