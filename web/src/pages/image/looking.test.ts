import { expect, it } from 'vitest';

import { keptLooking, leaveFor } from './looking';

it('keeps the threshold and the hidden classes from photo to photo, and forgets them elsewhere', () => {
  keptLooking.set({ threshold: 0.5, hidden: new Set(['dog']) });
  leaveFor('/images/8');
  expect(keptLooking.get()).toEqual({ threshold: 0.5, hidden: new Set(['dog']) });
  leaveFor('/images');
  expect(keptLooking.get()).toEqual({ threshold: 0, hidden: new Set() });
});
