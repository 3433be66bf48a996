// What models of each kind find is drawn where it is: masks, keypoints, slanted boxes, regions; also on a photo that its EXIF turns, and looked at closely by two fingers.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { picture } from './support/browser';
import { journeys } from './support/journey';
import { MadeModels } from './support/models';
import { withOrientation } from './support/photos';

type Point = { x: number; y: number };
type Box = [number, number, number, number];
type Mask = { size: [number, number]; bbox: Box; runs: number[] };
type Found = { class: string; bbox: Box; confidence: number; mask?: Mask; keypoints?: (Point & { confidence: number })[]; corners?: number[] };

const models = new MadeModels();
const kinds = { segment: 'family_yolov8_segment', pose: 'family_yolov8_pose', obb: 'family_yolov8_obb', regions: 'family_semantic' };
const [width, height] = [288, 192];
const red: Box = [96, 48, 192, 144]; // the red patch of the photo; the rest is blue
const near = 1.5; // pixels of the photo
const { server, open } = journeys({ model: 'demo', end: () => models.end() });

beforeAll(async () => {
  for (const [name, file] of Object.entries(kinds)) await models.add(server, name, `${file}.onnx`);
});

// A blue photo with a red patch; `turned`: lying in the file, with EXIF 6, which says to turn it.
async function makePhoto(page: Page, turned: boolean): Promise<Buffer> {
  const text = await page.evaluate(
    async ({ size: [wide, high], patch: [x1, y1, x2, y2], lying }) => {
      const canvas = new OffscreenCanvas(lying ? high : wide, lying ? wide : high);
      const context = canvas.getContext('2d')!;
      if (lying) context.setTransform(0, -1, 1, 0, 0, wide);
      context.fillStyle = '#1030d0';
      context.fillRect(0, 0, wide, high);
      context.fillStyle = '#e02010';
      context.fillRect(x1, y1, x2 - x1, y2 - y1);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    },
    { size: [width, height] as [number, number], patch: red, lying: turned },
  );
  const jpeg = Buffer.from(text, 'base64');
  return turned ? withOrientation(jpeg, 6) : jpeg;
}

interface Drawn {
  rects: Box[];
  polygons: number[][];
  points: Point[];
  masks: { box: Box; size: [number, number]; inside: number[] }[];
}

// What is drawn, in pixels of the upright photo.
async function drawn(page: Page): Promise<Drawn> {
  await page.locator('.image-photo:not(.skeleton) img').waitFor();
  return page.evaluate(() => {
    const photo = document.querySelector<HTMLImageElement>('.image-photo img')!;
    const frame = photo.getBoundingClientRect();
    const scale = photo.naturalWidth / frame.width;
    const at = (x: number, y: number) => ({ x: (x - frame.left) * scale, y: (y - frame.top) * scale });
    const boxOf = (element: Element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const [from, to] = [at(left, top), at(right, bottom)];
      return [from.x, from.y, to.x, to.y] as [number, number, number, number];
    };
    const onScreen = (element: SVGGraphicsElement, x: number, y: number) => {
      const point = new DOMPoint(x, y).matrixTransform(element.getScreenCTM()!);
      return at(point.x, point.y);
    };
    return {
      rects: [...document.querySelectorAll('.image-mark rect')].map(boxOf),
      polygons: [...document.querySelectorAll<SVGPolygonElement>('.image-mark polygon')].map((polygon) =>
        [...polygon.points].flatMap(({ x, y }) => {
          const point = onScreen(polygon, x, y);
          return [point.x, point.y];
        }),
      ),
      points: [...document.querySelectorAll<SVGCircleElement>('.image-mark circle')].map((circle) => onScreen(circle, circle.cx.baseVal.value, circle.cy.baseVal.value)),
      masks: [...document.querySelectorAll<HTMLCanvasElement>('canvas.image-mask')].map((canvas) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return { box: boxOf(canvas), size: [canvas.width, canvas.height] as [number, number], inside: Array.from({ length: canvas.width * canvas.height }, (_, cell) => (data[4 * cell + 3] ? 1 : 0)) };
      }),
    };
  });
}

const apart = (a: readonly number[], b: readonly number[]) => (a.length === b.length ? Math.max(...a.map((value, index) => Math.abs(value - b[index]!))) : Infinity);
const cellsOf = (mask: Mask) => mask.runs.flatMap((run, index) => Array<number>(run).fill(index % 2));

function expectSame(what: string, seen: readonly (readonly number[])[], told: readonly (readonly number[])[]): void {
  expect(told.length, `${what}: the model finds something`).toBeGreaterThan(0);
  expect(seen.length, what).toBe(told.length);
  for (const one of told) expect(Math.min(...seen.map((each) => apart(each, one))), `${what} ${one.map(Math.round)}`).toBeLessThan(near);
}

function expectMasks(seen: Drawn['masks'], told: readonly Mask[]): void {
  expect(told.length).toBeGreaterThan(0);
  for (const mask of told) {
    const same = seen.filter((each) => apart(each.box, mask.bbox) < near && apart(each.size, mask.size) === 0);
    expect(same.some((each) => apart(each.inside, cellsOf(mask)) === 0), `a mask at ${mask.bbox}`).toBe(true);
  }
}

// The share of the cells that are drawn inside, within the patch and beside it, without those on its edge.
function coverage(masks: Drawn['masks']): { within: number; beside: number } {
  const count = { within: [0, 0], beside: [0, 0] };
  for (const { box: [x1, y1, x2, y2], size: [columns, rows], inside } of masks) {
    inside.forEach((value, cell) => {
      const x = x1 + (((cell % columns) + 0.5) * (x2 - x1)) / columns;
      const y = y1 + ((Math.floor(cell / columns) + 0.5) * (y2 - y1)) / rows;
      const deep = Math.min(x - red[0], red[2] - x, y - red[1], red[3] - y);
      if (Math.abs(deep) < 16) return;
      const of = count[deep > 0 ? 'within' : 'beside'];
      of[0]! += value;
      of[1]! += 1;
    });
  }
  return { within: count.within[0]! / Math.max(1, count.within[1]!), beside: count.beside[0]! / Math.max(1, count.beside[1]!) };
}

describe.each([['as it is', false], ['turned by its EXIF', true]] as const)('a photo %s', (_, turned) => {
  async function openPhoto(model: string): Promise<{ page: Page; result: { detected_objects: Found[]; regions?: { class: string; share: number; mask: Mask }[] } }> {
    const page = await open('en', '/images');
    const image = await server.upload(await makePhoto(page, turned), `${model}.jpg`, { model }, 30);
    expect(image.error_message).toBeNull();
    expect(image.result.image_info.orientation ?? 1).toBe(turned ? 6 : 1);
    await page.goto(`${server.url}/images/${image.id}`);
    return { page, result: image.result.result };
  }

  it('has its masks, each cell of them', async () => {
    const { page, result } = await openPhoto('segment');
    const seen = await drawn(page);
    expectSame('box', seen.rects, result.detected_objects.map((find) => find.bbox));
    expectMasks(seen.masks, result.detected_objects.flatMap((find) => find.mask ?? []));
    await picture(page, `marks-segment-${turned}`);
  });

  it('has its keypoints, those that are more than a guess', async () => {
    const { page, result } = await openPhoto('pose');
    const sure = result.detected_objects.flatMap((find) => find.keypoints ?? []).filter((point) => point.confidence >= 0.3);
    expectSame('keypoint', (await drawn(page)).points.map(({ x, y }) => [x, y]), sure.map(({ x, y }) => [x, y]));
    await picture(page, `marks-pose-${turned}`);
  });

  it('has its slanted boxes', async () => {
    const { page, result } = await openPhoto('obb');
    expectSame('corners', (await drawn(page)).polygons, result.detected_objects.map((find) => find.corners!));
    await picture(page, `marks-obb-${turned}`);
  });

  it('has its regions: red is marked where it is red, and nowhere else', async () => {
    const { page, result } = await openPhoto('regions');
    expect(result.regions).toHaveLength(2); // one for each colour
    const [region] = [...result.regions!].sort((a, b) => a.share - b.share);
    const seen = await drawn(page);
    expectMasks(seen.masks, result.regions!.map((each) => each.mask));
    const mine = seen.masks.filter((each) => apart(each.box, region!.mask.bbox) < near && apart(each.inside, cellsOf(region!.mask)) === 0);
    expect(coverage(mine).within).toBeGreaterThan(0.95);
    expect(coverage(mine).beside).toBeLessThan(0.05);
    await picture(page, `marks-regions-${turned}`);
  });
});

it('is looked at closely by two fingers, and moved by one, and the marks stay on their things', async () => {
  const page = await open('en', '/images', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  const image = await server.upload(await makePhoto(page, true), 'pinched.jpg', { model: 'obb' }, 30);
  await page.goto(`${server.url}/images/${image.id}`);
  const boxes = image.result.result.detected_objects.map((find: Found) => find.corners!);
  expectSame('corners', (await drawn(page)).polygons, boxes);
  const stage = (await page.locator('.image-stage').boundingBox())!;
  const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
  const touch = await page.context().newCDPSession(page);
  const put = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Point[]) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map((point, id) => ({ ...point, id })) });
  const spread = (half: number) => [{ x: middle.x - half, y: middle.y }, { x: middle.x + half, y: middle.y }];
  const scale = () => page.locator('.image-photo img').evaluate((photo: HTMLImageElement) => photo.getBoundingClientRect().width / photo.naturalWidth);

  const before = await scale();
  await put('touchStart', spread(30));
  for (let half = 35; half <= 90; half += 5) await put('touchMove', spread(half));
  await put('touchEnd', []);
  await page.locator('.image-stage[data-zoomed]').waitFor();
  expect((await scale()) / before).toBeCloseTo(3, 0);
  expectSame('corners, zoomed', (await drawn(page)).polygons, boxes);
  expect(await page.evaluate(() => visualViewport!.scale)).toBe(1); // the page itself is not zoomed

  const left = () => page.locator('.image-photo img').evaluate((photo) => photo.getBoundingClientRect().left);
  const from = await left();
  await put('touchStart', [middle]);
  for (let by = 5; by <= 40; by += 5) await put('touchMove', [{ x: middle.x + by, y: middle.y }]);
  await put('touchEnd', []);
  expect((await left()) - from).toBeCloseTo(40, -1);
  expectSame('corners, moved', (await drawn(page)).polygons, boxes);
  await picture(page, 'marks-pinched');
});
