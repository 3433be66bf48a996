// Every message can be read, and both languages name the same values.
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';
import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';

const catalogs = import.meta.glob<{ default: Record<string, string> }>('./{en,ko}/*.ts', { eager: true });

function valuesOf(elements: MessageFormatElement[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
    if (element.type === TYPE.tag) {
      found.add(`<${element.value}>`);
      valuesOf(element.children, found);
      continue;
    }
    found.add(element.value);
    if (element.type === TYPE.select || element.type === TYPE.plural) for (const option of Object.values(element.options)) valuesOf(option.value, found);
  }
  return found;
}

// A # that stands in a select of a plural is no number but a sign.
function signs(elements: MessageFormatElement[], inPlural = false): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal) return inPlural && element.value.includes('#') ? [element.value] : [];
    if (element.type === TYPE.tag) return signs(element.children, inPlural);
    if (element.type !== TYPE.select && element.type !== TYPE.plural) return [];
    return Object.values(element.options).flatMap((option) => signs(option.value, inPlural || element.type === TYPE.plural));
  });
}

const areas = Object.keys(catalogs).filter((path) => path.startsWith('./en/')).map((path) => path.slice('./en/'.length));

it('has as many areas in both languages', () => {
  expect(Object.keys(catalogs)).toHaveLength(areas.length * 2);
  expect(areas.length).toBeGreaterThan(3);
});

describe.each(areas)('%s', (file) => {
  const en = catalogs[`./en/${file}`]!.default;
  const ko = catalogs[`./ko/${file}`]!.default;

  it('names the same values', () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect([...valuesOf(parse(ko[key]!))].sort(), key).toEqual([...valuesOf(parse(text))].sort());
    }
  });

  it.each([en, ko])('tells the number of what it counts', (texts) => {
    for (const [key, text] of Object.entries(texts)) expect(signs(parse(text)), key).toEqual([]);
  });

  it('is translated', () => {
    for (const [key, text] of Object.entries(ko)) {
      expect(text.trim(), key).not.toBe('');
      const words = text.replace(/<[^>]*>|\{[^{}]*\}/g, '');
      if (text === en[key] && /[a-z]{4}/.test(words)) expect(['API', 'ONNX', 'JSON', 'CSV', 'URL', 'SHA-256'].some((name) => text.includes(name)), `${key} is the same in Korean: ${text}`).toBe(true);
    }
  });
});
