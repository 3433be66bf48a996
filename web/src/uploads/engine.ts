// Sends photos, a few at a time, as long as it takes: also after a reload, a lost connection or a restart of the server. There is one for the whole page, and it goes
// on while one looks at other pages. Each photo becomes an image exactly once: the address of its upload is kept before its first byte is sent.
import { ApiError, call } from '../api/client';
import { hashOf } from './hash';
import * as keep from './keep';
import { Meter } from './meter';
import * as tus from './tus';
import type { Found } from './files';
import type { Batch, Snapshot, Upload, UploadState } from './types';

const atOnce = 4; // of the six connections that browsers open to one server; one is for events
const pieceSize = 4 * 1024 * 1024; // what a broken connection costs at most
const firstWait = 1000;
const longestWait = 30_000;
const mostHeard = 5000;

const isRunnable = (upload: Upload) => upload.state === 'waiting' || upload.state === 'again';

// What may be different at the next try: no answer, a busy or restarting server, a lock, a full disk.
const isPassing = (error: ApiError) => error.status === 0 || error.status >= 500 || error.status === 423 || error.status === 429 || error.status === 408;

export class Engine {
  private uploads = new Map<string, Upload>();
  private batches = new Map<string, Batch>();
  private files = new Map<string, Blob>();
  private running = new Map<string, AbortController>();
  private making = new Map<string, Promise<string | null>>(); // batches that are being made at the server
  private heard = new Map<number, string>(); // what events told of images, also before it was known that they come from here
  private failures = 0; // in a row, of the connection or the server
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private meter = new Meter();
  private paused = false;
  private durable = true;
  private user: string | null = null;
  private listeners = new Set<() => void>();
  private shown: Snapshot = { uploads: [], paused: false, online: true, speed: 0, durable: true };
  private painting = false;

  onSent: () => void = () => undefined;
  onLoggedOut: () => void = () => undefined;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  snapshot = () => this.shown;
  batchOf = (upload: Upload) => this.batches.get(upload.batch);

  // Takes up what was not finished, of this user; once for each user.
  async begin(user: string): Promise<void> {
    if (this.user === user) return;
    this.stopAll();
    this.user = user;
    this.uploads.clear();
    try {
      for (const batch of await keep.keptBatches()) if (batch.user === user) this.batches.set(batch.id, batch);
      for (const upload of (await keep.keptUploads()).sort((a, b) => a.addedAt - b.addedAt)) {
        if (upload.user === user) this.uploads.set(upload.id, { ...upload, state: upload.state === 'sending' ? 'waiting' : upload.state, speed: 0 });
      }
    } catch {
      this.durable = false;
    }
    window.addEventListener('online', this.wake);
    void this.catchUp();
    this.paint();
    this.fill();
  }

  async add(found: readonly Found[], { title, model, priority }: { title: string; model: string | null; priority: number }): Promise<void> {
    const user = this.user;
    if (!user || !found.length) return;
    const batch: Batch = { id: newId(), user, title, model, priority, serverId: null, sealed: false, count: found.length };
    const at = Date.now();
    const uploads = found.map(({ file, path }, index): Upload => ({
      id: newId(),
      batch: batch.id,
      user,
      name: file.name,
      path,
      size: file.size,
      state: 'waiting',
      sent: 0,
      location: null,
      sha256: null,
      insist: false,
      image: null,
      status: null,
      error: null,
      addedAt: at + index / 10_000,
      speed: 0,
    }));
    this.batches.set(batch.id, batch);
    uploads.forEach((upload, index) => {
      this.uploads.set(upload.id, upload);
      this.files.set(upload.id, found[index]!.file);
    });
    this.show(); // before the first one is sent, and its file is gone
    try {
      await keep.keepNew(uploads, found.map(({ file }) => file), batch);
    } catch {
      this.durable = false;
    }
    this.fill();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    if (paused) this.stopAll();
    else this.wake();
    this.paint();
  }

  // Also for a duplicate that is to be sent all the same.
  retry(ids: readonly string[]): void {
    for (const id of ids) {
      const upload = this.uploads.get(id);
      if (upload && (upload.state === 'refused' || upload.state === 'duplicate')) this.change(upload, { state: 'waiting', error: null, location: null, sent: 0, image: null, insist: upload.insist || upload.state === 'duplicate' });
    }
    this.wake();
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      const upload = this.uploads.get(id);
      if (!upload) continue;
      this.running.get(id)?.abort();
      if (upload.location && upload.state !== 'sent') tus.giveUp(upload.location).catch(() => undefined);
      this.uploads.delete(id);
      this.files.delete(id);
    }
    keep.forget(ids).catch(() => undefined);
    this.paint();
  }

  // What events tell of images that came from here.
  told(image: number, status: string): void {
    this.heard.set(image, status);
    if (this.heard.size > mostHeard) this.heard.delete(this.heard.keys().next().value!);
    for (const upload of this.uploads.values()) {
      if (upload.image === image && upload.state === 'sent' && upload.status !== status) this.change(upload, { status }, false);
    }
  }

  async fileOf(id: string): Promise<Blob | null> {
    return this.files.get(id) ?? (await keep.keptFile(id).catch(() => undefined)) ?? null;
  }

  // What became of the images while this page was not there.
  private async catchUp(): Promise<void> {
    for (const { image, state, status } of [...this.uploads.values()]) {
      if (state !== 'sent' || image === null || (status !== 'pending' && status !== 'processing')) continue;
      try {
        this.told(image, (await call('get', '/api/v1/images/{id}', { path: { id: image } })).image.status);
      } catch (cause) {
        if (!(cause instanceof ApiError) || cause.status !== 404) return; // the list tells it, once there is a connection
      }
    }
  }

  private wake = () => {
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.retryTimer = null;
    this.fill();
  };

  private stopAll(): void {
    for (const control of this.running.values()) control.abort();
  }

  private fill(): void {
    if (this.paused || this.retryTimer) return;
    for (const upload of this.uploads.values()) {
      // While the server does not answer, one asks for all.
      if (this.running.size >= (this.failures ? 1 : atOnce)) return;
      if (isRunnable(upload) && !this.running.has(upload.id)) void this.run(upload.id);
    }
  }

  private async run(id: string): Promise<void> {
    const control = new AbortController();
    this.running.set(id, control);
    try {
      await this.sendOne(id, control.signal);
      this.failures = 0;
    } catch (cause) {
      this.failed(id, cause);
    }
    this.running.delete(id);
    this.fill();
  }

  private async sendOne(id: string, signal: AbortSignal): Promise<void> {
    let upload = this.change(this.uploads.get(id)!, { state: 'sending', error: null });
    const file = await this.fileOf(id);
    if (!file) throw new ApiError('file_gone', 400, '', '');
    if (!upload.sha256) {
      upload = this.change(upload, { sha256: await hashOf(file) });
    }
    if (!upload.location && !upload.insist) {
      const same = await this.sameAs(upload);
      if (same !== null) return void this.change(upload, { state: 'duplicate', image: same || null });
    }
    let { offset, image } = upload.location ? await this.reached(upload.location, signal) : { offset: 0, image: null as number | null };
    let location = offset === -1 ? null : upload.location;
    if (!location) {
      offset = 0;
      location = await tus.begin(file.size, await this.fieldsOf(upload), signal);
      // Kept before the first byte, so that a reload goes on with it, and makes no second image.
      upload = this.change(upload, { location, sent: 0 });
      await keep.keepUploads([upload]).catch(() => undefined);
    }
    while (image === null) {
      const from = offset;
      const began = performance.now();
      let counted = 0;
      const piece = file.slice(from, from + pieceSize);
      ({ offset, image } = await tus.sendPiece(location, from, piece, signal, (bytes) => {
        this.meter.count(bytes - counted);
        counted = bytes;
        const current = this.uploads.get(id);
        if (current) this.change(current, { sent: from + Math.min(bytes, piece.size), speed: (bytes * 1000) / Math.max(1, performance.now() - began) }, false);
      }));
      this.meter.count(piece.size - counted);
      if (image === null && offset >= file.size) ({ offset, image } = await tus.ask(location, signal));
    }
    const current = this.uploads.get(id);
    if (!current) return;
    this.change(current, { state: 'sent', sent: file.size, image, status: this.heard.get(image) ?? 'pending', speed: 0 });
    this.files.delete(id);
    keep.dropFiles([id]).catch(() => undefined);
    if (current.sha256) keep.rememberSent(current.user, current.sha256, image).catch(() => undefined);
    this.onSent();
    await this.sealWhenDone(current.batch);
  }

  // Where the server is with it; an offset of -1 when it knows nothing of it any more.
  private async reached(location: string, signal: AbortSignal): Promise<tus.Reached> {
    try {
      return await tus.ask(location, signal);
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) return { offset: -1, image: null };
      throw cause;
    }
  }

  // The image that the same photo has become, 0 for one that is on its way; null: it is new.
  private async sameAs(upload: Upload): Promise<number | null> {
    if (!upload.sha256) return null;
    for (const other of this.uploads.values()) {
      if (other.id !== upload.id && other.sha256 === upload.sha256 && (other.state === 'sending' || other.state === 'sent')) return other.image ?? 0;
    }
    const image = await keep.sentBefore(upload.user, upload.sha256).catch(() => undefined);
    if (!image) return null;
    try {
      await call('get', '/api/v1/images/{id}', { path: { id: image } });
      return image;
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) return null; // it was deleted since
      throw cause;
    }
  }

  private async fieldsOf(upload: Upload): Promise<Record<string, string>> {
    const batch = this.batches.get(upload.batch);
    const fields: Record<string, string> = { filename: upload.name };
    if (batch?.model) fields.model = batch.model;
    if (batch?.priority) fields.priority = String(batch.priority);
    const serverId = batch && batch.count > 1 ? await this.serverBatch(batch) : null;
    if (serverId) fields.batch = serverId;
    return fields;
  }

  private async serverBatch(batch: Batch): Promise<string | null> {
    if (batch.serverId) return batch.sealed ? null : batch.serverId;
    let making = this.making.get(batch.id);
    if (!making) {
      making = call('post', '/api/v1/batches', { body: { title: batch.title } }).then(async (answer) => {
        const made = { ...batch, serverId: answer.batch.id };
        this.batches.set(batch.id, made);
        await keep.keepBatch(made).catch(() => undefined);
        return answer.batch.id;
      });
      this.making.set(batch.id, making);
      making.catch(() => undefined).finally(() => this.making.delete(batch.id));
    }
    return making;
  }

  private async sealWhenDone(id: string): Promise<void> {
    const batch = this.batches.get(id);
    if (!batch?.serverId || batch.sealed) return;
    for (const upload of this.uploads.values()) if (upload.batch === id && (isRunnable(upload) || upload.state === 'sending')) return;
    const sealed = { ...batch, sealed: true };
    this.batches.set(id, sealed);
    try {
      await call('post', '/api/v1/batches/{id}/seal', { path: { id: batch.serverId }, body: {} });
      await keep.keepBatch(sealed);
    } catch {
      this.batches.set(id, batch);
    }
  }

  private failed(id: string, cause: unknown): void {
    const upload = this.uploads.get(id);
    if (!upload) return; // it was removed
    if (cause instanceof DOMException && cause.name === 'AbortError') return void this.change(upload, { state: 'waiting', speed: 0 });
    const error = cause instanceof ApiError ? cause : new ApiError('unexpected', 0, '', String(cause));
    const told = { code: error.code, detail: error.detail, title: error.title, status: error.status };
    // The server is at another place than thought, or has it no more: ask anew.
    if (upload.location && (error.status === 409 || error.status === 404 || error.status === 460) && this.failures < 20) return this.again(upload, told, error.retryAfter, error.status === 404);
    if (error.status === 401) {
      this.paused = true;
      this.onLoggedOut();
      return this.again(upload, told, null);
    }
    if (isPassing(error)) return this.again(upload, told, error.retryAfter);
    this.change(upload, { state: 'refused', error: told, speed: 0 });
    void this.sealWhenDone(upload.batch);
  }

  private again(upload: Upload, error: Upload['error'], retryAfter: number | null, anew = false): void {
    this.failures += 1;
    this.change(upload, { state: 'again', error, speed: 0, ...(anew ? { location: null, sent: 0 } : {}) });
    const wait = Math.max((retryAfter ?? 0) * 1000, Math.min(longestWait, firstWait * 2 ** Math.min(this.failures - 1, 10)));
    this.retryTimer ??= setTimeout(this.wake, wait);
  }

  private change(upload: Upload, changes: Partial<Upload>, write = true): Upload {
    const next = { ...upload, ...changes };
    if (!this.uploads.has(upload.id)) return next;
    this.uploads.set(upload.id, next);
    const lasting: readonly UploadState[] = ['duplicate', 'refused', 'sent'];
    if (write && (lasting.includes(next.state) || changes.state === 'waiting')) keep.keepUploads([next]).catch(() => undefined);
    this.paint();
    return next;
  }

  // At most ten pictures a second of a queue that may be long.
  private paint(): void {
    if (this.painting) return;
    this.painting = true;
    setTimeout(() => {
      this.painting = false;
      this.show();
      if (this.running.size) this.paint();
    }, 100);
  }

  private show(): void {
    this.shown = { uploads: [...this.uploads.values()], paused: this.paused, online: this.failures === 0, speed: this.meter.speed(), durable: this.durable };
    for (const listener of this.listeners) listener();
  }
}

// Also where the page is no secure context, and has no randomUUID.
const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const engine = new Engine();
