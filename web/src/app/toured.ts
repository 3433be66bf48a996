import { stored } from './stored';

// Whether the tour was seen, or left, in this browser.
export const toured = stored<boolean>('darkroom.toured', () => false, (value): value is boolean => typeof value === 'boolean');
