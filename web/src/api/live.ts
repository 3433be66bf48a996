// What changes on the server, as it changes: one stream of events for the whole page. Each event makes the reads old that it touches, at most once a second each;
// after a lost connection Last-Event-ID brings what was missed.
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

import { ApiError } from './client';
import { freshen } from './hooks';
import { sessionEnded } from './session';

export interface LiveEvent {
  id: number;
  type: string; // job.completed, image.deleted, queue.paused ...
  data: Record<string, unknown>; // an event as GET /api/v1/events has it
}

export type LiveState = 'connecting' | 'live' | 'lost';

const settle = 1000; // milliseconds between two reads of the same list
const patience = 40_000; // the server says something every 15 s
const longestWait = 15_000;

// Which reads an event makes old, by the beginning of its type.
const touched: [string, string[]][] = [
  ['job.', ['/api/v1/images', '/api/v1/jobs', '/api/v1/queues', '/api/v1/stats', '/api/v1/status', '/api/v1/batches', '/api/v1/workers', '/api/v1/events', '/api/v1/failures', '/api/v1/deliveries', '/api/v1/quarantine']],
  ['image.', ['/api/v1/images', '/api/v1/jobs', '/api/v1/queues', '/api/v1/batches', '/api/v1/events', '/api/v1/failures', '/api/v1/quarantine']], // a photo that is sent or deleted is a job more or less
  ['cleanup.', ['/api/v1/images', '/api/v1/jobs', '/api/v1/queues', '/api/v1/batches', '/api/v1/events']],
  ['batch.', ['/api/v1/batches']],
  ['queue.', ['/api/v1/queues', '/api/v1/jobs']], // why jobs wait
  ['schedule.', ['/api/v1/schedules']],
  ['model.', ['/api/v1/models', '/api/v1/status', '/api/v1/workers']],
  ['node.', ['/api/v1/workers', '/api/v1/status']],
  ['delivery.', ['/api/v1/deliveries']],
  ['deliveries.', ['/api/v1/deliveries']],
  ['endpoint.', ['/api/v1/endpoints']],
  ['alert.', ['/api/v1/alerts', '/api/v1/audit']],
  ['account.', ['/api/v1/users', '/api/v1/audit']],
  ['token.', ['/api/v1/tokens', '/api/v1/audit']],
  ['session.', ['/api/v1/sessions', '/api/v1/audit']],
  ['quarantine.', ['/api/v1/quarantine', '/api/v1/failures']],
];

export const madeOld = (type: string): string[] => touched.flatMap(([beginning, patterns]) => (type.startsWith(beginning) ? patterns : []));

const listeners = new Set<(event: LiveEvent) => void>();
const stateListeners = new Set<() => void>();
let state: LiveState = 'connecting';

function setState(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of stateListeners) listener();
}

const subscribeState = (listener: () => void) => {
  stateListeners.add(listener);
  return () => void stateListeners.delete(listener);
};

export const useLiveState = (): LiveState => useSyncExternalStore(subscribeState, () => state);

// Every event, for pages that show more than what they can read anew.
export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}

// Splits what arrives into events: pure, so that it can be tested. Returns what is left over for the next piece.
export function readFrames(text: string, take: (frame: { id?: string; event?: string; data: string }) => void): string {
  const frames = text.split('\n\n');
  const rest = frames.pop() ?? '';
  for (const frame of frames) {
    const found: { id?: string; event?: string; data: string } = { data: '' };
    for (const line of frame.split('\n')) {
      const colon = line.indexOf(':');
      if (colon <= 0) continue;
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, '');
      if (name === 'data') found.data += (found.data ? '\n' : '') + value;
      else if (name === 'id' || name === 'event') found[name] = value;
    }
    if (found.data || found.event) take(found);
  }
  return rest;
}

class Freshener {
  private readonly wanted = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private last = 0;

  constructor(private readonly client: QueryClient) {}

  add(type: string): void {
    for (const pattern of madeOld(type)) this.wanted.add(pattern);
    if (this.wanted.size && !this.timer) this.timer = setTimeout(() => this.flush(), Math.max(50, this.last + settle - Date.now()));
  }

  all(): void {
    this.wanted.add('/api/');
    this.flush();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = null;
    this.last = Date.now();
    const patterns = [...this.wanted];
    this.wanted.clear();
    freshen(this.client, ...patterns);
  }
}

type Frame = { id?: string; event?: string; data: string };

async function readStream(lastId: string | null, signal: AbortSignal, opened: () => void, take: (frame: Frame) => void): Promise<void> {
  const quiet = new AbortController();
  signal.addEventListener('abort', () => quiet.abort(), { once: true });
  let timer = setTimeout(() => quiet.abort(), patience);
  try {
    const response = await fetch('/api/v1/events/stream', { headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) }, signal: quiet.signal });
    if (!response.ok || !response.body) throw new ApiError('unexpected', response.status, '', '');
    opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), patience);
      rest = readFrames(rest + value, take);
    }
  } finally {
    clearTimeout(timer);
  }
}

// Keeps the stream open as long as the component is there: once, in the shell.
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    const end = new AbortController();
    const freshener = new Freshener(client);
    let lastId: string | null = null;
    let wait = 1000;
    const opened = () => {
      setState('live');
      wait = 1000;
      // Without an id to go on from, what happened between the first reads and now is seen by reading again.
      if (lastId === null) freshener.all();
    };
    const take = (frame: Frame) => {
      if (frame.id) lastId = frame.id;
      if (frame.event === 'reset') return freshener.all();
      if (!frame.event) return;
      freshener.add(frame.event);
      if (!listeners.size) return;
      const event: LiveEvent = { id: Number(frame.id), type: frame.event, data: JSON.parse(frame.data || '{}') as Record<string, unknown> };
      for (const listener of listeners) listener(event);
    };
    const run = async () => {
      while (!end.signal.aborted) {
        try {
          await readStream(lastId, end.signal, opened, take);
        } catch (cause) {
          // On a page that asks for nothing else this is how one hears of it. Anything else is tried again.
          if (cause instanceof ApiError && cause.status === 401 && !end.signal.aborted) return sessionEnded(client);
        }
        if (end.signal.aborted) return;
        setState('lost');
        await new Promise((resolve) => setTimeout(resolve, wait));
        wait = Math.min(wait * 2, longestWait);
      }
    };
    void run();
    return () => {
      end.abort();
      freshener.stop();
      setState('connecting');
    };
  }, [client]);
}
