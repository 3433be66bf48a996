import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect, it } from 'vitest';

import { koreanKeys } from './koreanKeys';

it('has a Korean sentence for each key of the configuration, and for no other', () => {
  const sample = readFileSync(resolve(__dirname, '../../../../config/darkroom.toml'), 'utf8');
  const keys: string[] = [];
  let section = '';
  for (const line of sample.split('\n')) {
    if (line === '# [[sites]]') break;
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const key = /^# (\w+) = /.exec(line)?.[1];
    if (key) keys.push(section ? `${section}.${key}` : key);
  }
  expect(keys.length).toBeGreaterThan(50);
  expect(Object.keys(koreanKeys).sort()).toEqual(keys.sort());
});
