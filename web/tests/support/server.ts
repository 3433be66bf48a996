// A real Darkroom for browser tests, on a data folder of its own: DARKROOM_BIN_DIR says where the programs are (default: build/dev/bin).
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const binaries = process.env.DARKROOM_BIN_DIR ?? resolve(__dirname, '../../../build/dev/bin');

export async function until<T>(what: string, look: () => T | Promise<T>, within = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + within;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await new Promise((go) => setTimeout(go, 25));
  }
}

// With DARKROOM_WEB_DEV=1 the page comes out of its sources, by Vite, before a program that need not have it compiled in: for work on a page and its test.
async function developed(server: string): Promise<{ url: string; close: () => Promise<void> }> {
  process.env.DARKROOM_URL = server;
  const { createServer } = await import('vite');
  const vite = await createServer({ root: resolve(__dirname, '../..'), logLevel: 'silent', server: { port: 0, host: '127.0.0.1', hmr: false, allowedHosts: true } });
  await vite.listen();
  const { port } = vite.httpServer!.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, close: () => vite.close() };
}

export const passPhrase = 'a long enough pass phrase'; // of each user that a test adds

export interface ServerOptions {
  model?: string; // null: an engine for tests, which does what the photo says (slow:200, fail); demo: finds people
  slots?: number;
  testMode?: boolean; // photos are obeyed, and the null engine is there, also beside another model
  settings?: Record<string, string>; // as in DARKROOM_RUN_SLOTS, without the beginning
}

export class Server {
  url = '';
  private process: ChildProcess | null = null;
  private address = '';
  private pages: { url: string; close: () => Promise<void> } | null = null;
  private home = '';

  constructor(private readonly options: ServerOptions = {}) {}

  get folder(): string {
    return join(this.home, 'data');
  }

  // Goes on where it was killed; after its end it begins with nothing.
  async start(): Promise<this> {
    this.home ||= mkdtempSync(join(tmpdir(), 'darkroom-web-'));
    const { model = 'null', slots = 2, settings = {}, testMode = model === 'null' } = this.options;
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DARKROOM_')));
    for (const [name, value] of Object.entries(settings)) environment[`DARKROOM_${name.toUpperCase()}`] = value;
    const listen = this.address || '127.0.0.1:0'; // a restarted server has the same address
    const child = spawn(join(binaries, 'darkroom'), ['serve', '--data-dir', this.folder, '--default-model', model, '--slots', String(slots), '--listen', listen, ...(testMode ? ['--test-mode'] : [])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    let log = '';
    child.stdout?.on('data', (piece) => (log += String(piece)));
    child.stderr?.on('data', (piece) => (log += String(piece)));
    this.process = child;
    await until(`the server answers; its log: ${log}`, async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${log}`);
      if (!existsSync(join(this.folder, 'server.address'))) return false;
      const [address, pid] = readFileSync(join(this.folder, 'server.address'), 'utf8').split(/\s+/);
      if (Number(pid) !== child.pid) return false;
      this.address = address!;
      this.url = `http://${address}`;
      return fetch(`${this.url}/livez`).then((answer) => answer.ok, () => false);
    });
    if (process.env.DARKROOM_WEB_DEV && !this.pages) this.pages = await developed(this.url);
    if (this.pages) this.url = this.pages.url;
    return this;
  }

  // kill -9
  async kill(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    await this.kill();
    await this.pages?.close();
    if (this.home) rmSync(this.home, { recursive: true, force: true });
    [this.home, this.address, this.pages] = ['', '', null];
  }

  get token(): string {
    return readFileSync(join(this.folder, 'admin.token'), 'utf8').trim();
  }

  // The administrator's password, as the first start told it.
  async password(): Promise<string> {
    const file = join(this.folder, 'first-login.txt');
    await until('the server tells the first log-in', () => existsSync(file) && readFileSync(file, 'utf8').includes('password:'));
    return /password: (\S+)/.exec(readFileSync(file, 'utf8'))![1]!;
  }

  // With the administrator's token; throws when it is refused.
  async api(method: string, path: string, body?: unknown): Promise<any> {
    const form = body instanceof FormData;
    const answer = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body !== undefined && !form ? { 'Content-Type': 'application/json' } : {}) },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }

  async upload(photo: Uint8Array, name: string, fields: Record<string, string> = {}, wait = 0): Promise<any> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    form.set('file', new Blob([photo as BlobPart], { type: 'image/jpeg' }), name);
    return (await this.api('POST', `/api/v1/images${wait ? `?wait=${wait}` : ''}`, form)).image;
  }

  async addUser(name: string, role: string): Promise<void> {
    await this.api('POST', '/api/v1/users', { name, role, password: passPhrase });
  }

  async image(id: number): Promise<any> {
    return (await this.api('GET', `/api/v1/images/${id}`)).image;
  }

  // The queue of photos.
  async pause(reason?: string): Promise<void> {
    await this.api('POST', '/api/v1/queues/ai_processing/pause', { reason });
  }

  async resume(): Promise<void> {
    await this.api('POST', '/api/v1/queues/ai_processing/resume', {});
  }

  // No photo is left, and the queue goes on.
  async empty(): Promise<void> {
    await this.resume();
    await this.api('POST', '/api/v1/images/actions', { action: 'delete', filter: { all: true } });
  }
}
