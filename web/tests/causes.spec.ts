// From the notice of a failure to its root cause: at most two clicks, for each kind of failure that there is.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Locator } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import en from '../src/messages/en/jobs';
import ko from '../src/messages/ko/jobs';
import { languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo, samplePhoto } from './support/photos';
import { Receiver } from './support/receiver';
import { until } from './support/server';

const words = { en, ko } as unknown as Record<'en' | 'ko', Record<string, string>>;
const models = mkdtempSync(join(tmpdir(), 'darkroom-models-'));

// Answers as a model's service that refuses, and as a receiver of webhooks that is gone.
const other = await Receiver.listen(({ path }) => (path === '/hook' ? { status: 410, text: 'the shop has moved' } : { status: 422, text: JSON.stringify({ detail: 'there is no text in this photo' }) }));
const { server, open } = journeys({
  settings: { models_dir: models, photo_refuse_truncated: 'true', run_max_retries: '0', run_soft_limit_seconds: '1', run_hard_limit_seconds: '5', run_memory_limit_mb: '64', ...other.settings },
  end: () => {
    other.end();
    rmSync(models, { recursive: true, force: true });
  },
});
mkdirSync(join(models, 'ocr'));
writeFileSync(join(models, 'ocr', 'model.toml'), `engine = "http"\nurl = "${other.url}/ocr"\n`);

const ended = async (id: number) => until(`photo ${id} fails`, async () => (await server.image(id)).status === 'failed', 60_000);

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
  await server.pause();
  const image = await server.upload(photo(), 'lost.jpg');
  const { sha256 } = await server.image(image.id);
  const stored = join(server.folder, 'blobs');
  for (const name of readdirSync(stored, { recursive: true, encoding: 'utf8' })) if (name.includes(sha256)) rmSync(join(stored, name));
  await server.resume();
  return image;
}

async function expiredJob(): Promise<{ id: number }> {
  await server.pause();
  const image = await server.upload(photo(), 'too late.jpg', { expires_in_seconds: '1' });
  await ended(image.id);
  await server.resume();
  return image;
}

beforeAll(async () => {
  for (const [code, , make] of kinds) {
    const image = await make();
    await ended(image.id);
    expect((await server.image(image.id)).error_code, code).toBe(code);
  }
  await server.api('POST', '/api/v1/endpoints', { url: `${other.url}/hook`, description: 'The shop', events: ['job.completed'] });
  const told = await server.upload(photo(), 'told.jpg', {}, 30);
  await until('the delivery is given up', async () => (await server.api('GET', `/api/v1/deliveries?image=${told.id}&state=dead`)).items.length === 1);
}, 240_000);

let clicks = 0;
async function click(target: Locator): Promise<void> {
  clicks += 1;
  await target.click();
}

it.each(languages)('leads in two clicks from any page to the root cause of each kind of failed photo, in %s', async (language) => {
  const page = await open(language, '/images');
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
  const page = await open(language, '/images');
  await page.goto(`${server.url}/images?status=failed`);
  const row = page.getByRole('row').filter({ hasText: 'no text.jpg' });
  await row.getByText(words[language]['cause.service_failed.title']!).waitFor();
  await row.getByRole('link', { name: 'no text.jpg' }).click();
  await page.locator('.jobs-attempt-error').getByText('there is no text in this photo').waitFor();
});

it.each(languages)('leads in two clicks to why a webhook was given up, in %s', async (language) => {
  const page = await open(language, '/images');
  await page.locator('nav.side a[href="/webhooks"]').click();
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByText('the shop has moved').waitFor();
  await page.getByText('410').first().waitFor();
  await picture(page, `cause-webhook-${language}`);
});
