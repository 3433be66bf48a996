import { expect, it } from 'vitest';

import type { Image } from '../../images/filter';
import { part } from './steady';

const images = (...ids: number[]) => ids.map((id) => ({ id }) as Image);
const ids = (of: readonly Image[]) => of.map((image) => image.id);
const parted = (fresh: number[], shown: number[], newestFirst = true) => {
  const { rows, arrived } = part(images(...fresh), new Set(shown), newestFirst);
  return [ids(rows), ids(arrived)];
};

it('shows all of a list of which nothing was shown', () => expect(parted([3, 2, 1], [])).toEqual([[3, 2, 1], []]));
it('keeps what is new from coming in above what is shown', () => expect(parted([5, 4, 3, 2], [3, 2])).toEqual([[3, 2], [5, 4]]));
it('keeps what newly meets the conditions from coming in between', () => expect(parted([5, 4, 3], [5, 3])).toEqual([[5, 3], [4]]));
it('lets in what moves nothing', () => expect(parted([5, 4, 2, 1], [5, 4, 3])).toEqual([[5, 4, 2, 1], []]));
it('keeps a whole page of new photos from replacing what is shown', () => expect(parted([9, 8, 7], [3, 2, 1])).toEqual([[], [9, 8, 7]]));
it('adds at the end of other orders', () => expect(parted([1, 2, 3, 4], [1, 2], false)).toEqual([[1, 2, 3, 4], []]));
it('keeps a title from coming in between', () => expect(parted([1, 7, 2, 8], [1, 2], false)).toEqual([[1, 2, 8], [7]]));
