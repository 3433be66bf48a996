import { expect, it } from 'vitest';

import { readFrames } from './live';

it('reads events however the pieces are cut', () => {
  const text = 'retry: 3000\n\n:\n\nid: 7\nevent: job.completed\ndata: {"a":1}\n\nid: 8\nevent: image.deleted\ndata: {}\n\nid: 9\neve';
  for (let cut = 1; cut < text.length; cut += 1) {
    const found: string[] = [];
    const take = (frame: { id?: string; event?: string; data: string }) => void found.push(`${frame.id} ${frame.event} ${frame.data}`);
    const rest = readFrames(readFrames(text.slice(0, cut), take) + text.slice(cut), take);
    expect(found).toEqual(['7 job.completed {"a":1}', '8 image.deleted {}']);
    expect(rest).toBe('id: 9\neve');
  }
});
