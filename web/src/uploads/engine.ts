// Sends photos, a few at a time, as long as it takes: also after a reload, a lost connection or a restart of the server. There is one for the whole page, and it goes
// on while one looks at other pages. Each photo becomes an image exactly once: the address of its upload is kept before its first byte is sent, and of several tabs of a
// browser one sends for all (see lead.ts); the others show what it tells, and tell it what they are given.
import { ApiError, call } from '../api/client';
import { Batches } from './batches';
import type { Found } from './files';
import { hashOf } from './hash';
import * as keep from './keep';
import { lead } from './lead';
import type { Lead } from './lead';
import { toBeSent } from './made';
import { Meter } from './meter';
import { sameAs } from './same';
import { Tabs } from './tabs';
import type { State, Told } from './tabs';
import * as tus from './tus';
import type { Batch, Snapshot, Upload, UploadState } from './types';

const atOnce = 4; // of the six connections that browsers open to one server; one is for events
const firstWait = 1000;
const longestWait = 30_000;
const mostHeard = 5000;

const isRunnable = (upload: Upload) => upload.state === 'waiting' || upload.state === 'again';

// What may be different at the next try: no answer, a busy or restarting server, a lock, a full disk.
const isPassing = (error: ApiError) => error.status === 0 || error.status >= 500 || error.status === 423 || error.status === 429 || error.status === 408;

export class Engine {
  private uploads = new Map<string, Upload>();
  private batches = new Batches(
    (id) => {
      for (const upload of this.uploads.values()) if (upload.batch === id && (isRunnable(upload) || upload.state === 'sending')) return true;
      return false;
    },
    () => this.loggedOut(),
  );
  private files = new Map<string, Blob>();
  private running = new Map<string, { control: AbortController; over: Promise<void> }>();
  private heard = new Map<number, string>(); // what events told of images, also before it was known that they come from here
  private failures = 0; // in a row, of the connection or the server
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private meter = new Meter();
  private speedElsewhere = 0; // of the tab that sends
  private paused = false;
  private durable = true;
  private user: string | null = null; // the last one: what was given without being kept is still here when the same one comes again
  private lead: Lead | null = null; // while somebody is logged in
  private tabs: Tabs | null = null;
  private sends = false; // this tab; else another one does
  private untold = { all: true, changed: new Set<string>(), removed: new Set<string>() }; // to the other tabs
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

  // Also of one whose session ended, and who logged in again: what stopped it then stops it no more.
  begin(user: string): void {
    this.end();
    if (this.user !== user) {
      for (const each of [this.uploads, this.files, this.batches]) each.clear();
      this.paused = false;
    }
    this.user = user;
    this.failures = 0;
    const name = `darkroom-uploads:${user}`;
    this.tabs = new Tabs(name, this.hear);
    this.tabs.tell({ kind: 'hello' });
    const mine: Lead = lead(name, { taken: () => void this.takeUp(user, () => this.lead === mine), lost: this.follow });
    this.lead = mine;
    window.addEventListener('online', this.wake);
    this.paint();
  }

  // Nobody is logged in any more. What is not finished stays where it is.
  end(): void {
    const { lead: mine, tabs } = this;
    this.lead = this.tabs = null;
    this.sends = false;
    this.stopTimer();
    this.batches.stop();
    this.stopAll();
    tabs?.close();
    // Whoever takes them up, in another tab, must see how far each is: so after the last request.
    void Promise.all([...this.running.values()].map(({ over }) => over)).then(() => mine?.release());
  }

  // What was not finished, by whichever tab.
  private async takeUp(user: string, isStill: () => boolean): Promise<void> {
    const before = new Set(this.uploads.keys());
    try {
      const [batches, uploads] = await Promise.all([keep.keptBatches(), keep.keptUploads()]);
      if (!isStill()) return;
      const kept = new Map(uploads.filter((upload) => upload.user === user).map((upload) => [upload.id, upload]));
      for (const id of before) if (!kept.has(id) && !this.files.has(id)) this.uploads.delete(id);
      for (const upload of kept.values()) this.uploads.set(upload.id, upload);
      this.batches.takeUp(batches.filter((batch) => batch.user === user), new Set([...kept.values()].map((upload) => upload.batch)));
    } catch {
      this.durable = false;
    }
    if (!isStill()) return;
    const all = [...this.uploads.values()].sort((a, b) => a.addedAt - b.addedAt);
    this.uploads = new Map(all.map((upload) => [upload.id, upload.state === 'sending' ? { ...upload, state: 'waiting', speed: 0 } : upload]));
    this.sends = true;
    this.failures = 0;
    this.untold.all = true;
    void this.catchUp();
    this.batches.sealThoseDone();
    this.paint();
    this.fill();
  }

  private follow = (): void => {
    this.sends = false;
    this.stopTimer();
    this.batches.stop();
    this.stopAll();
    this.tabs?.tell({ kind: 'hello' });
  };

  private hear = (told: Told): void => {
    if (told.kind === 'state') return void (!this.sends && this.mirror(told));
    if (told.kind === 'added') return this.take(told.uploads, told.files, told.batch); // also while this one is about to be the one that sends
    if (!this.sends) return;
    if (told.kind === 'hello') {
      this.untold.all = true;
      this.paint();
    } else if (told.kind === 'pause') this.pause(told.paused);
    else this[told.kind](told.ids);
  };

  // Shows what the tab that sends tells.
  private mirror({ all, uploads, removed, batches, paused, online, speed }: State): void {
    const told = new Set(uploads.map(({ id }) => id));
    for (const id of all ? [...this.uploads.keys()].filter((each) => !told.has(each)) : removed) this.uploads.delete(id);
    for (const upload of uploads) this.uploads.set(upload.id, upload);
    for (const id of [...removed, ...uploads.filter(({ state }) => state === 'sent').map((upload) => upload.id)]) this.files.delete(id);
    for (const batch of batches) this.batches.put(batch);
    this.paused = paused;
    this.failures = online ? 0 : 1;
    this.speedElsewhere = speed;
    this.paint();
  }

  async add(found: readonly Found[], { title, model, priority }: { title: string; model: string | null; priority: number }): Promise<void> {
    const user = this.user;
    if (!user || !found.length) return;
    const { batch, uploads } = toBeSent(found, { user, title, model, priority });
    const files = found.map(({ file }) => file);
    this.put(uploads, files, batch);
    this.show(); // before the first one is sent, and its file is gone
    try {
      await keep.keepNew(uploads, files, batch);
    } catch {
      this.durable = false;
    }
    if (!this.sends) this.tabs?.tell({ kind: 'added', uploads, files: this.durable ? [] : files, batch });
    this.fill();
  }

  private put(uploads: readonly Upload[], files: readonly Blob[], batch: Batch): void {
    this.batches.put(batch);
    uploads.forEach((upload, index) => {
      this.uploads.set(upload.id, upload);
      this.untold.changed.add(upload.id);
      if (files[index]) this.files.set(upload.id, files[index]);
    });
  }

  // What another tab was given.
  private take(uploads: readonly Upload[], files: readonly Blob[], batch: Batch): void {
    if (uploads.some(({ id }) => this.uploads.has(id))) return; // it was kept, and read, already
    this.put(uploads, files, batch);
    this.paint();
    this.fill();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    if (!this.sends) this.tabs?.tell({ kind: 'pause', paused });
    if (paused) this.stopAll();
    else this.wake();
    this.paint();
  }

  // Also for a duplicate that is to be sent all the same.
  retry(ids: readonly string[]): void {
    if (!this.sends) return this.tabs?.tell({ kind: 'retry', ids });
    for (const id of ids) {
      const upload = this.uploads.get(id);
      if (upload && (upload.state === 'refused' || upload.state === 'duplicate')) this.change(upload, { state: 'waiting', error: null, location: null, sent: 0, image: null, insist: upload.insist || upload.state === 'duplicate' });
    }
    this.wake();
  }

  remove(ids: readonly string[]): void {
    if (!this.sends) return this.tabs?.tell({ kind: 'remove', ids });
    for (const id of ids) {
      const upload = this.uploads.get(id);
      if (!upload) continue;
      this.running.get(id)?.control.abort();
      if (upload.location && upload.state !== 'sent') tus.giveUp(upload.location).catch(() => undefined);
      this.uploads.delete(id);
      this.files.delete(id);
      this.untold.removed.add(id);
      this.untold.changed.delete(id);
    }
    keep.forget(ids).catch(() => undefined);
    this.batches.sealThoseDone();
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
    this.stopTimer();
    this.fill();
  };

  private stopTimer(): void {
    if (this.retryTimer) clearTimeout(this.retryTimer);
    this.retryTimer = null;
  }

  private stopAll(): void {
    for (const { control } of this.running.values()) control.abort();
  }

  private loggedOut(): void {
    this.end();
    this.onLoggedOut();
  }

  private fill(): void {
    if (!this.sends || this.paused || this.retryTimer) return;
    for (const upload of this.uploads.values()) {
      // While the server does not answer, one asks for all.
      if (this.running.size >= (this.failures ? 1 : atOnce)) return;
      if (!isRunnable(upload) || this.running.has(upload.id)) continue;
      const control = new AbortController();
      const over = Promise.resolve().then(() => this.run(upload, control.signal));
      this.running.set(upload.id, { control, over });
    }
  }

  private async run({ id, batch }: Upload, signal: AbortSignal): Promise<void> {
    try {
      await this.sendOne(id, signal);
      this.failures = 0;
    } catch (cause) {
      this.failed(id, cause);
    }
    this.running.delete(id);
    if (this.sends) void this.batches.sealWhenDone(batch); // however it ended: it may have been the last one
    this.fill();
  }

  private async sendOne(id: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let upload = this.change(this.uploads.get(id)!, { state: 'sending', error: null });
    const file = await this.fileOf(id);
    if (!file) throw new ApiError('file_gone', 400, '', '');
    if (!upload.sha256) {
      upload = this.change(upload, { sha256: await hashOf(file) });
    }
    if (!upload.location && !upload.insist) {
      const same = await sameAs(upload, this.uploads.values());
      if (same !== null) return void this.change(upload, { state: 'duplicate', image: same || null });
    }
    let { offset, image } = upload.location ? await tus.askFor(upload.location, signal) : tus.unknown;
    let location = offset === tus.unknown.offset ? null : upload.location;
    if (!location) {
      [offset, image] = [0, null];
      location = await tus.begin(file.size, await this.fieldsOf(upload), signal);
      // Kept before the first byte, so that a reload goes on with it, and makes no second image.
      upload = this.change(upload, { location, sent: 0 });
      await keep.keepUploads([upload]).catch(() => undefined);
    }
    image ??= await tus.sendFrom(location, file, offset, signal, (reached, bytes, speed) => {
      this.meter.count(bytes);
      const shown = this.uploads.get(id);
      if (shown) this.change(shown, { sent: reached, speed }, false);
    });
    const current = this.uploads.get(id);
    if (!current) return;
    this.change(current, { state: 'sent', sent: file.size, image, status: this.heard.get(image) ?? 'pending', speed: 0 });
    this.files.delete(id);
    keep.dropFiles([id]).catch(() => undefined);
    if (current.sha256) keep.rememberSent(current.user, current.sha256, image).catch(() => undefined);
    this.onSent();
  }

  private async fieldsOf(upload: Upload): Promise<Record<string, string>> {
    const batch = this.batches.get(upload.batch);
    const fields: Record<string, string> = { filename: upload.name };
    if (batch?.model) fields.model = batch.model;
    if (batch?.priority) fields.priority = String(batch.priority);
    const serverId = await this.batches.serverIdOf(upload.batch);
    if (serverId) fields.batch = serverId;
    return fields;
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
      this.change(upload, { state: 'waiting', speed: 0 });
      return this.loggedOut();
    }
    if (isPassing(error)) return this.again(upload, told, error.retryAfter);
    this.change(upload, { state: 'refused', error: told, speed: 0 });
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
    this.untold.changed.add(upload.id);
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
    const [uploads, online, speed] = [[...this.uploads.values()], this.failures === 0, this.sends ? this.meter.speed() : this.speedElsewhere];
    this.shown = { uploads, paused: this.paused, online, speed, durable: this.durable };
    for (const listener of this.listeners) listener();
    if (!this.sends) return;
    const { all, changed, removed } = this.untold;
    this.untold = { all: false, changed: new Set(), removed: new Set() };
    this.tabs?.tell({ kind: 'state', all, uploads: all ? uploads : uploads.filter(({ id }) => changed.has(id)), removed: [...removed], batches: this.batches.list(), paused: this.paused, online, speed });
  }
}

export const engine = new Engine();
