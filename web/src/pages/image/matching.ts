// Compares what two results found: pairs things of the same place, the best overlap first. Pure.
import { overlap } from './finds';
import type { Find } from './finds';

export type Difference = 'same' | 'label' | 'left' | 'right';

export interface Pair {
  difference: Difference; // label: the same place, and another class
  left: Find | null;
  right: Find | null;
  overlap: number;
}

export const samePlace = 0.5; // intersection over union

export function matched(left: readonly Find[], right: readonly Find[], least = samePlace): Pair[] {
  const candidates: { left: Find; right: Find; overlap: number; same: boolean }[] = [];
  for (const a of left) {
    for (const b of right) {
      const shared = overlap(a.box, b.box);
      if (shared >= least) candidates.push({ left: a, right: b, overlap: shared, same: a.label === b.label });
    }
  }
  // Of the same class first: a person on a bicycle is no bicycle that became a person.
  candidates.sort((a, b) => Number(b.same) - Number(a.same) || b.overlap - a.overlap);
  const pairs: Pair[] = [];
  const takenLeft = new Set<number>();
  const takenRight = new Set<number>();
  for (const each of candidates) {
    if (takenLeft.has(each.left.id) || takenRight.has(each.right.id)) continue;
    takenLeft.add(each.left.id);
    takenRight.add(each.right.id);
    pairs.push({ difference: each.same ? 'same' : 'label', left: each.left, right: each.right, overlap: each.overlap });
  }
  for (const find of left) if (!takenLeft.has(find.id)) pairs.push({ difference: 'left', left: find, right: null, overlap: 0 });
  for (const find of right) if (!takenRight.has(find.id)) pairs.push({ difference: 'right', left: null, right: find, overlap: 0 });
  return pairs;
}
