// What was found, as the page draws and lists it. Pure.
import type { Schemas } from '../../api/client';
import type { Format } from '../../i18n';
import type { Size } from './geometry';

export type Result = Schemas['Result'];
export type Mask = Schemas['Mask'];
export type Box = readonly [number, number, number, number];

export interface Find {
  id: number; // its place in the result
  label: string;
  confidence: number | null;
  box: Box;
  corners?: readonly number[];
  keypoints?: readonly { x: number; y: number; confidence: number | null }[];
  mask?: Mask;
}

// What stands beside a mark.
export const labelled = ({ label, confidence }: Pick<Find, 'label' | 'confidence'>, format: Pick<Format, 'number'>) => (confidence === null ? label : `${label} ${format.number(confidence * 100)}%`);

export interface Region {
  id: number;
  label: string;
  share: number;
  mask: Mask;
}

export interface Found {
  size: Size; // of the upright photo
  finds: Find[];
  regions: Region[];
  classes: { label: string; confidence: number }[];
  embedding: number | null; // its length
  labels: string[]; // of finds and regions, the most frequent first
}

export function foundIn(result: Result): Found {
  const { detected_objects: objects, regions = [], classes = [], embedding } = result.result;
  const finds = objects.map((object, id): Find => ({
    id,
    label: object.class,
    confidence: object.confidence,
    box: object.bbox as unknown as Box,
    ...(object.corners ? { corners: object.corners } : {}),
    ...(object.keypoints ? { keypoints: object.keypoints } : {}),
    ...(object.mask ? { mask: object.mask } : {}),
  }));
  const counts = new Map<string, number>();
  for (const { label } of finds) counts.set(label, (counts.get(label) ?? 0) + 1);
  for (const region of regions) counts.set(region.class, (counts.get(region.class) ?? 0) + 1);
  const [width, height] = result.image_info.size ?? [1, 1];
  return {
    size: { width: width!, height: height! },
    finds,
    regions: regions.map((region, id) => ({ id, label: region.class, share: region.share, mask: region.mask })),
    classes: classes.map((each) => ({ label: each.class, confidence: each.confidence })),
    embedding: embedding ? embedding.length : null,
    labels: [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([label]) => label),
  };
}

// What has no score is always shown, as in the server's own drawing.
export const isShown = (find: Find, threshold: number, hidden: ReadonlySet<string>): boolean => !hidden.has(find.label) && (find.confidence === null || find.confidence >= threshold);

export const areaOf = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

export function overlap(a: Box, b: Box): number {
  const shared = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const all = areaOf(a) + areaOf(b) - shared;
  return all > 0 ? shared / all : 0;
}

// One byte for each cell of the grid, row by row: 1 is inside.
export function cellsOf(mask: Mask): Uint8Array {
  const [width, height] = mask.size as [number, number];
  const cells = new Uint8Array(width * height);
  let at = 0;
  mask.runs.forEach((run, index) => {
    if (index % 2 === 1) cells.fill(1, at, at + run);
    at += run;
  });
  return cells;
}
