import { expect, it } from 'vitest';

import { clamped, lieOf, mostZoom, pannedBy, viewOn, whole, zoomedAt } from './geometry';

const frame = { width: 800, height: 600 };
const photo = { width: 1600, height: 900 };

it('shows the whole photo in the middle of its frame', () => {
  expect(lieOf(whole, frame, photo)).toEqual({ scale: 0.5, left: 0, top: 75 });
});

it('does not blow a small photo up without end', () => {
  expect(lieOf(whole, frame, { width: 16, height: 16 }).scale).toBe(3);
});

it('keeps what is under the pointer there while zooming', () => {
  const at = { x: 200, y: 300 };
  const before = lieOf(whole, frame, photo);
  const view = zoomedAt(whole, 4, at, frame, photo);
  const after = lieOf(view, frame, photo);
  expect((at.x - after.left) / after.scale).toBeCloseTo((at.x - before.left) / before.scale);
  expect((at.y - after.top) / after.scale).toBeCloseTo((at.y - before.top) / before.scale);
});

it('never looks beside the photo, nor closer than makes sense', () => {
  expect(zoomedAt(whole, 0.1, { x: 0, y: 0 }, frame, photo)).toEqual(whole);
  expect(zoomedAt(whole, 1000, { x: 0, y: 0 }, frame, photo).zoom).toBe(mostZoom);
  const lie = lieOf(pannedBy({ zoom: 2, x: 0.5, y: 0.5 }, 10_000, 10_000, frame, photo), frame, photo);
  expect([lie.left, lie.top]).toEqual([0, 0]);
  expect(clamped({ zoom: 1, x: 0.9, y: 0.1 }, frame, photo)).toEqual(whole);
});

it('goes to a box', () => {
  const view = viewOn([0, 0, 160, 90], frame, photo);
  expect(view.zoom).toBeCloseTo(5);
  const lie = lieOf(view, frame, photo);
  expect(80 * lie.scale + lie.left).toBeGreaterThan(0);
});
