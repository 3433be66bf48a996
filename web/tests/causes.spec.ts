// From the notice of a failure to its root cause: at most two clicks, for each kind of failure that there is.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import en from '../src/messages/en/jobs';
import ko from '../src/messages/ko/jobs';
import { Browser, languages, logIn, picture } from './support/browser';
import { photo, samplePhoto } from './support/photos';
import { Server, until } from './support/server';

let server: Server;
let browser: Browser;
const words = { en, ko } as unknown as Record<'en' | 'ko', Record<string, string>>;
const folder = mkdtempSync(join(tmpdir(), 'darkroom-causes-'));
const models = join(folder, 'models');

// Answers as a model's service that refuses, and as a receiver of webhooks that is gone.
const other = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url === '/hook') response.writeHead(410).end('the shop has moved');
    else response.writeHead(422, { 'Content-Type': 'application/json' }).end(JSON.stringify({ detail: 'there is no text in this photo' }));
  });
});

const ended = async (id: number) => until(`photo ${id} fails`, async () => (await server.api('GET', `/api/v1/images/${id}`)).image.status === 'failed', 60_000);
const queue = (how: 'pause' | 'resume') => server.api('POST', `/api/v1/queues/ai_processing/${how}`, {});

// Each kind: what its job's error is called, what must be read of it, and how it comes to be.
const crashing = photo('segv');
const kinds: [string, string, () => Promise<{ id: number }>][] = [
  ['truncated', 'ends before its picture', () => server.upload(samplePhoto().subarray(0, 20_000), 'cut off.jpg', { model: 'demo' })],
  ['decoder_crash', 'SIGSEGV', () => server.upload(crashing, 'crashes.jpg')],
  ['quarantined', 'release', crashedTwice],
  ['timeout', 'hard limit of 5 s', () => server.upload(photo('spin'), 'endless.jpg')],
  ['memory_limit', 'memory', () => server.upload(photo('memory'), 'hungry.jpg')],
  ['model_output', 'is missing', () => server.upload(photo('lie'), 'lies.jpg')],
  ['service_failed', 'there is no text in this photo', () => server.upload(photo(), 'no text.jpg', { model: 'ocr' })],
  ['corrupt', 'IDAT', () => server.upload(damagedPng(), 'damaged.png', { model: 'demo' })],
  ['blob_missing', 'not in the data folder', lostFile],
  ['expired', 'Nobody started', expiredJob],
];

async function crashedTwice(): Promise<{ id: number }> {
  await ended((await server.upload(crashing, 'crashes again.jpg')).id);
  return server.upload(crashing, 'is not run any more.jpg');
}

// A PNG whose head is right, and whose packed lines are not.
function damagedPng(): Buffer {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  png.fill(0xa5, png.indexOf('IDAT') + 6, png.indexOf('IDAT') + 14);
  return png;
}

async function lostFile(): Promise<{ id: number }> {
  await queue('pause');
  const image = await server.upload(photo(), 'lost.jpg');
  const { sha256 } = (await server.api('GET', `/api/v1/images/${image.id}`)).image;
  const stored = join(server.folder, 'blobs');
  for (const name of readdirSync(stored, { recursive: true, encoding: 'utf8' })) if (name.includes(sha256)) rmSync(join(stored, name));
  await queue('resume');
  return image;
}

async function expiredJob(): Promise<{ id: number }> {
  await queue('pause');
  const image = await server.upload(photo(), 'too late.jpg', { expires_in_seconds: '1' });
  await ended(image.id);
  await queue('resume');
  return image;
}

beforeAll(async () => {
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const { port } = other.address() as AddressInfo;
  mkdirSync(join(models, 'ocr'), { recursive: true });
  writeFileSync(join(models, 'ocr', 'model.toml'), `engine = "http"\nurl = "http://127.0.0.1:${port}/ocr"\n`);
  server = await new Server({
    settings: {
      models_dir: models, photo_refuse_truncated: 'true', run_max_retries: '0', run_soft_limit_seconds: '1', run_hard_limit_seconds: '5', run_memory_limit_mb: '64',
      webhooks_allow_http: 'true', webhooks_allow_cidrs: '127.0.0.0/8', webhooks_ports: String(port),
    },
  }).start();
  for (const [code, , make] of kinds) {
    const image = await make();
    await ended(image.id);
    expect((await server.api('GET', `/api/v1/images/${image.id}`)).image.error_code, code).toBe(code);
  }
  await server.api('POST', '/api/v1/endpoints', { url: `http://127.0.0.1:${port}/hook`, description: 'The shop', events: ['job.completed'] });
  const told = await server.upload(photo(), 'told.jpg', {}, 30);
  await until('the delivery is given up', async () => (await server.api('GET', `/api/v1/deliveries?image=${told.id}&state=dead`)).items.length === 1);
}, 240_000);
afterAll(async () => {
  await server.end();
  other.closeAllConnections();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  const faults = browser.faults;
  await browser.close();
  expect(faults).toEqual([]);
});

let clicks = 0;
async function click(target: Locator): Promise<void> {
  clicks += 1;
  await target.click();
}

async function open(language: 'en' | 'ko'): Promise<Page> {
  browser = await Browser.open(language);
  const page = await browser.page();
  await logIn(page, server, '/images');
  return page;
}

it.each(languages)('leads in two clicks from any page to the root cause of each kind of failed photo, in %s', async (language) => {
  const page = await open(language);
  for (const [code, root] of kinds) {
    await page.goto(`${server.url}/images`);
    clicks = 0;
    await click(page.locator('nav.side a[href="/failures"]'));
    await click(page.locator('.failures-group', { hasText: code }).locator('.failures-photo').first());
    await page.waitForURL('**/images/*');
    expect(clicks).toBeLessThanOrEqual(2);
    const notice = page.locator('.notice').filter({ hasText: code });
    await notice.getByRole('heading', { name: words[language][`cause.${code}.title`]! }).waitFor();
    await notice.getByText(words[language][`cause.${code}.do`]!).waitFor();
    await notice.locator('.jobs-message').getByText(root).waitFor();
  }
});

it.each(languages)('says in the list itself why a photo failed, one click from its story, in %s', async (language) => {
  const page = await open(language);
  await page.goto(`${server.url}/images?status=failed`);
  const row = page.getByRole('row').filter({ hasText: 'no text.jpg' });
  await row.getByText(words[language]['cause.service_failed.title']!).waitFor();
  await row.getByRole('link', { name: 'no text.jpg' }).click();
  await page.locator('.jobs-attempt-error').getByText('there is no text in this photo').waitFor();
});

it.each(languages)('leads in two clicks to why a webhook was given up, in %s', async (language) => {
  const page = await open(language);
  await page.locator('nav.side a[href="/webhooks"]').click();
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByText('the shop has moved').waitFor();
  await page.getByText('410').first().waitFor();
  await picture(page, `cause-webhook-${language}`);
});
