// Photos that were chosen together are a batch at the server: made with the first of them, and sealed when none is left to be sent, so that its completion is told.
import { ApiError, call } from '../api/client';
import * as keep from './keep';
import type { Batch } from './types';

const again = 30_000; // milliseconds until a seal that failed is tried again

export class Batches {
  private readonly all = new Map<string, Batch>();
  private readonly making = new Map<string, Promise<string>>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly isOpen: (id: string) => boolean, // some of it is still to be sent
    private readonly onLoggedOut: () => void,
  ) {}

  get(id: string): Batch | undefined {
    return this.all.get(id);
  }

  list(): Batch[] {
    return [...this.all.values()];
  }

  put(batch: Batch): void {
    this.all.set(batch.id, batch);
  }

  // Those of which something is left: photos in the list, or a seal that is still to be set.
  takeUp(kept: readonly Batch[], used: ReadonlySet<string>): void {
    const isOver = (batch: Batch) => !used.has(batch.id) && (batch.sealed || !batch.serverId);
    for (const batch of kept) if (!isOver(batch)) this.put(batch);
    keep.forgetBatches(kept.filter(isOver).map(({ id }) => id)).catch(() => undefined);
  }

  clear(): void {
    this.all.clear();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  // null: of a photo that was sent alone, or after the others were sealed.
  async serverIdOf(id: string): Promise<string | null> {
    const batch = this.all.get(id);
    if (!batch || batch.count < 2 || batch.sealed) return null;
    if (batch.serverId) return batch.serverId;
    let making = this.making.get(id);
    if (!making) {
      making = this.make(batch);
      this.making.set(id, making);
      making.catch(() => undefined).finally(() => this.making.delete(id));
    }
    return making;
  }

  private async make(batch: Batch): Promise<string> {
    const answer = await call('post', '/api/v1/batches', { body: { title: batch.title } });
    if (!('batch' in answer)) throw new Error('a count was not asked for');
    const serverId = answer.batch.id;
    const made = { ...batch, serverId };
    this.put(made);
    await keep.keepBatch(made).catch(() => undefined);
    return serverId;
  }

  // Those whose last photo is sent, refused, known already or taken away.
  sealThoseDone(): void {
    for (const { id } of this.all.values()) void this.sealWhenDone(id);
  }

  async sealWhenDone(id: string): Promise<void> {
    const batch = this.all.get(id);
    if (!batch?.serverId || batch.sealed || this.isOpen(id)) return;
    const sealed = { ...batch, sealed: true };
    this.put(sealed);
    try {
      await call('post', '/api/v1/batches/{id}/seal', { path: { id: batch.serverId }, body: {} });
    } catch (cause) {
      const status = cause instanceof ApiError ? cause.status : 0;
      if (status === 401) {
        this.put(batch);
        return this.onLoggedOut();
      }
      if (status === 0 || status === 429 || status >= 500) return this.later(batch);
      // It is not there any more, or another's: there is nothing to be sealed.
    }
    await keep.keepBatch(sealed).catch(() => undefined);
  }

  private later(batch: Batch): void {
    this.put(batch);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.sealThoseDone();
    }, again);
  }
}
