import { expect, it } from 'vitest';

import { cellsOf, foundIn, isShown, overlap } from './finds';
import type { Find, Result } from './finds';
import { matched } from './matching';

const find = (id: number, label: string, box: [number, number, number, number], confidence: number | null = 0.9): Find => ({ id, label, box, confidence });

it('reads the runs of a mask as docs/results.md says', () => {
  expect([...cellsOf({ bbox: [100, 50, 140, 70], size: [4, 2], runs: [1, 2, 2, 3] })]).toEqual([0, 1, 1, 0, 0, 1, 1, 1]);
  expect([...cellsOf({ bbox: [0, 0, 1, 1], size: [2, 1], runs: [0, 2] })]).toEqual([1, 1]);
});

it('shows what has no score whatever the threshold is', () => {
  expect(isShown(find(0, 'face', [0, 0, 1, 1], null), 0.9, new Set())).toBe(true);
  expect(isShown(find(0, 'face', [0, 0, 1, 1], 0.5), 0.9, new Set())).toBe(false);
  expect(isShown(find(0, 'face', [0, 0, 1, 1], 0.95), 0.9, new Set(['face']))).toBe(false);
});

it('measures how much two boxes share', () => {
  expect(overlap([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
  expect(overlap([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3);
  expect(overlap([0, 0, 10, 10], [20, 20, 30, 30])).toBe(0);
});

it('pairs what two models found, and says what differs', () => {
  const left = [find(0, 'person', [0, 0, 100, 200]), find(1, 'car', [300, 0, 400, 100]), find(2, 'dog', [500, 0, 550, 50])];
  const right = [find(0, 'truck', [302, 0, 402, 100]), find(1, 'person', [2, 2, 100, 200]), find(2, 'cat', [700, 0, 720, 20])];
  const said = matched(left, right).map((pair) => `${pair.difference} ${pair.left?.label ?? '-'} ${pair.right?.label ?? '-'}`);
  expect(said).toEqual(['same person person', 'label car truck', 'left dog -', 'right - cat']);
});

it('prefers the same class in the same place', () => {
  const pairs = matched([find(0, 'person', [0, 0, 100, 100])], [find(0, 'bicycle', [0, 0, 100, 100]), find(1, 'person', [0, 0, 100, 80])]);
  expect(pairs.map((pair) => pair.difference)).toEqual(['same', 'right']);
  expect(pairs[0]!.right!.label).toBe('person');
});

it('counts the classes of a result, the most frequent first', () => {
  const found = foundIn({
    image_info: { size: [768, 576] },
    result: { detected_objects: [{ class: 'car', confidence: 0.9, bbox: [0, 0, 1, 1] }, { class: 'person', confidence: 0.8, bbox: [0, 0, 1, 1] }, { class: 'person', confidence: 0.8, bbox: [0, 0, 1, 1] }], processing_time: 0, metadata: {} },
  } as unknown as Result);
  expect(found.labels).toEqual(['person', 'car']);
  expect(found.size).toEqual({ width: 768, height: 576 });
});
