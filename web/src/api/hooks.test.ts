import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';

import { freshen } from './hooks';

const settled = async () => {
  for (let count = 0; count < 20; count += 1) await Promise.resolve();
};

it('lets a slow read arrive while events flow, and reads once more afterwards', async () => {
  vi.useFakeTimers();
  const client = new QueryClient();
  let state = 'before the events';
  const asked: string[] = [];
  const slow = async ({ signal }: { signal: AbortSignal }) => {
    const answer = state;
    asked.push(answer);
    await new Promise((done, fail) => {
      setTimeout(done, 3500);
      signal.addEventListener('abort', () => fail(new Error('begun anew')));
    });
    return answer;
  };
  const observer = new QueryObserver(client, { queryKey: ['/api/v1/stats', null, null], queryFn: slow, retry: false });
  const stop = observer.subscribe(() => undefined);
  state = 'after the events';
  for (let second = 0; second < 6; second += 1) {
    await vi.advanceTimersByTimeAsync(1000);
    if (second < 3) freshen(client, '/api/v1/stats');
    if (second === 3) expect(observer.getCurrentResult().data).toBe('before the events');
  }
  await vi.advanceTimersByTimeAsync(3500);
  await settled();
  expect(observer.getCurrentResult()).toMatchObject({ data: 'after the events', isStale: true, fetchStatus: 'idle' });
  expect(asked).toEqual(['before the events', 'after the events']);
  stop();
  client.clear();
  vi.useRealTimers();
});

it('reads at once what is not on its way, and leaves alone what no event touches', () => {
  const client = new QueryClient();
  client.setQueryData(['/api/v1/images', null, null], 1);
  client.setQueryData(['/api/v1/tokens', null, null], 1);
  freshen(client, '/api/v1/images');
  expect(client.getQueryState(['/api/v1/images', null, null])?.isInvalidated).toBe(true);
  expect(client.getQueryState(['/api/v1/tokens', null, null])?.isInvalidated).toBe(false);
});
