// Every message is used: in a file that imports its area, or beside one, it stands as a text, or fits a text that is put together there.
import { dirname, normalize } from 'node:path/posix';

import { describe, expect, it } from 'vitest';

import { eventTypes } from './eventTypes';

const catalogs = import.meta.glob<{ default: Record<string, string> }>('./en/*.ts', { eager: true });
const sources = Object.entries(import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.ts', '!../messages/**', '!../api/generated.d.ts'], { eager: true, query: '?raw', import: 'default' })).map(([path, text]) => ({ path: normalize(`messages/${path}`), text }));

const importsOf = ({ path, text }: { path: string; text: string }) => [...text.matchAll(/from '(\.[^']*)'/g)].map((found) => normalize(`${dirname(path)}/${found[1]}`));

// The files that say something in the words of an area: those that import its catalog, those that import these, and what lies beside one of them.
function speakers(area: string) {
  const doors = sources.filter((source) => importsOf(source).includes(`messages/en/${area}`)).map(({ path }) => path.replace(/\.tsx?$/, ''));
  const barrels = doors.some((door) => door.startsWith('ui/')) ? [...doors, 'ui'] : doors;
  const folders = new Set(sources.filter((source) => barrels.includes(source.path.replace(/\.tsx?$/, '')) || importsOf(source).some((path) => barrels.includes(path))).map(({ path }) => dirname(path)));
  return sources.filter(({ path }) => folders.has(dirname(path)));
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function textsOf(files: readonly { text: string }[]) {
  const plain = new Set<string>();
  const patterns: RegExp[] = [];
  for (const { text } of files) {
    for (const found of text.matchAll(/'([^'\n]*)'/g)) plain.add(found[1]!);
    for (const found of text.matchAll(/(?:\w|\.maybe|\.rich)\(`((?:[^`$]|\$\{[^{}`]*\})*)`/g)) patterns.push(new RegExp(`^${found[1]!.split(/\$\{[^{}]*\}/).map(escaped).join('.+')}$`));
  }
  return { plain, patterns };
}

describe.each(Object.keys(catalogs))('%s', (path) => {
  it('has no message that nobody uses', () => {
    const area = path.replace(/^\.\/en\/|\.ts$/g, '');
    const { plain, patterns } = textsOf(speakers(area));
    if (area === 'audit') eventTypes.forEach((type) => plain.add(type)); // t.maybe(event.type)
    expect(Object.keys(catalogs[path]!.default).filter((key) => !plain.has(key) && !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
  });
});
