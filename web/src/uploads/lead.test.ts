import { webcrypto } from 'node:crypto';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { beat, byHeartbeat, settle, stale } from './lead';

const kept = new Map<string, string>();
const channels = new Set<{ name: string; onmessage: ((event: { data: unknown }) => void) | null }>();

class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    channels.add(this);
  }
  postMessage(data: unknown) {
    for (const other of channels) if (other !== this && other.name === this.name) other.onmessage?.({ data });
  }
  close() {
    channels.delete(this);
  }
}

beforeEach(() => {
  if (!('crypto' in globalThis)) vi.stubGlobal('crypto', webcrypto); // Debian 12's node 18 has it in its module only
  vi.useFakeTimers();
  kept.clear();
  vi.stubGlobal('BroadcastChannel', Channel);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
});
afterEach(() => {
  channels.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function tab() {
  const led = { taken: vi.fn(), lost: vi.fn() };
  return { ...led, ...byHeartbeat('uploads:kim', led) };
}

const later = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

it('lets one of two tabs send that begin at once, also without locks', () => {
  const [first, second] = [tab(), tab()];
  later(settle);
  expect(first.taken.mock.calls.length + second.taken.mock.calls.length).toBe(1);
  later(20 * beat);
  expect(first.taken.mock.calls.length + second.taken.mock.calls.length).toBe(1);
});

it('gives the place to another tab as soon as it is left', () => {
  const first = tab();
  later(settle);
  const second = tab();
  later(3 * beat);
  expect(second.taken).not.toHaveBeenCalled();
  first.release();
  later(beat + settle);
  expect(second.taken).toHaveBeenCalledOnce();
});

it('takes the place of a tab that died, and not before its last sign is old', () => {
  kept.set('uploads:kim:sends', JSON.stringify({ tab: 'dead', at: Date.now() }));
  const next = tab();
  later(stale);
  expect(next.taken).not.toHaveBeenCalled();
  later(3 * beat + settle);
  expect(next.taken).toHaveBeenCalledOnce();
});

it('leaves the place to a tab whose timers sleep, and which answers', () => {
  const first = tab();
  later(settle);
  const second = tab();
  kept.set('uploads:kim:sends', JSON.stringify({ ...JSON.parse(kept.get('uploads:kim:sends')!), at: Date.now() - 2 * stale }));
  later(10 * beat);
  expect(second.taken).not.toHaveBeenCalled();
  expect(first.lost).not.toHaveBeenCalled();
});

it('stops when another tab took its place while it slept', () => {
  const first = tab();
  later(settle);
  kept.set('uploads:kim:sends', JSON.stringify({ tab: 'other', at: Date.now() }));
  later(beat);
  expect(first.lost).toHaveBeenCalledOnce();
});
