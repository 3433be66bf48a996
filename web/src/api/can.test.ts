// The rules of the page are those of the server: docs/access.md is the judge, which the server's own tests hold to be true.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

import { can } from './can';
import type { Act, Role } from './can';

const rows = new Map(
  readFileSync(resolve(__dirname, '../../../docs/access.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1]!.replaceAll('`', ''), cells.slice(3, 8)] as const),
);

// One route for each act.
const examples: Record<Act, string> = {
  see: 'GET /api/v1/images/{id}',
  original: 'GET /api/v1/images/{id}/original',
  send: 'POST /api/v1/images',
  own: 'PATCH /api/v1/images/{id}',
  job: 'POST /api/v1/jobs/{id}/retry',
  operate: 'POST /api/v1/images/actions',
  queues: 'POST /api/v1/queues/{name}/pause',
  watch: 'GET /api/v1/queues',
  models: 'PUT /api/v1/models/{name}',
  users: 'GET /api/v1/users',
  admin: 'GET /api/v1/endpoints',
};

it.each(Object.entries(examples) as [Act, string][])('%s is what the server says of %s', (act, route) => {
  const cells = rows.get(route);
  expect(cells, `docs/access.md has no ${route}`).toBeDefined();
  const [own, others, viewer, operator, admin] = cells!;
  const me = (role: Role) => ({ name: 'me', role });
  expect(can(me('uploader'), act, 'me')).toBe(own === 'yes');
  expect(can(me('uploader'), act, 'somebody')).toBe(others === 'yes');
  expect(can(me('viewer'), act, 'somebody')).toBe(viewer === 'yes');
  expect(can(me('operator'), act, 'somebody')).toBe(operator === 'yes');
  expect(can(me('admin'), act, 'somebody')).toBe(admin === 'yes');
  expect(can(null, act)).toBe(false);
});
