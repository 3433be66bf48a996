import { expect, it } from 'vitest';

import { whenToLook } from './underWay';

const now = Date.parse('2026-01-31T09:30:00Z');
const waiting = (seconds: number) => ({ state: 'waiting' as const, next_try_at: new Date(now + seconds * 1000).toISOString() });

it('does not look at what has ended', () => expect(whenToLook([{ state: 'delivered', next_try_at: null }], now)).toBe(false));
it('does not look where nothing is known', () => expect(whenToLook(undefined, now)).toBe(false));
it('looks soon at what is being sent', () => expect(whenToLook([waiting(3600), { state: 'sending', next_try_at: null }], now)).toBe(2000));
it('looks when the next try is due', () => expect(whenToLook([waiting(3600), waiting(10)], now)).toBe(10_000));
it('looks now and then at what waits for long', () => expect(whenToLook([waiting(3600)], now)).toBe(30_000));
