// Every page with something on it, in both languages: nothing is wider than its box, axe finds nothing, nothing jumps. Its pictures stand in the guide to the pages:
// DARKROOM_PICTURES=1 writes them into docs/pictures.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fill } from './support/filled';
import type { Filled } from './support/filled';
import { Browser, expectAccessible, expectFits, languages, logIn, picture } from './support/browser';
import { choose, jpeg } from './support/files';
import { until } from './support/server';

const pictures = resolve(__dirname, '../../docs/pictures');

// Name of the picture, address.
const pages: readonly [string, (at: Filled) => string][] = [
  ['images', () => '/images'],
  ['photo', (at) => `/images/${at.image}`],
  ['photo-failed', (at) => `/images/${at.failed}`],
  ['photo-waiting', (at) => `/images/${at.waiting}`],
  ['upload', () => '/upload'],
  ['queues', () => '/queues'],
  ['failures', () => '/failures'],
  ['jobs', () => '/jobs'],
  ['job', (at) => `/jobs/${at.job}`],
  ['workers', () => '/workers'],
  ['alerts', () => '/alerts'],
  ['models', () => '/models'],
  ['model', () => '/models/colours'],
  ['schedules', () => '/schedules'],
  ['schedule', () => '/schedules/nightly'],
  ['deliveries', () => '/webhooks'],
  ['delivery', (at) => `/webhooks/deliveries/${at.delivery}`],
  ['endpoints', () => '/webhooks/endpoints'],
  ['endpoint', (at) => `/webhooks/endpoints/${at.endpoint}`],
  ['users', () => '/users'],
  ['user', () => '/users/minji'],
  ['tokens', () => '/tokens'],
  ['audit', () => '/audit'],
  ['settings', () => '/settings'],
  ['account', () => '/account'],
  ['welcome', () => '/welcome'],
  ['nothing', () => '/settings/nothing/here'], // below the first part of a page's address: elsewhere the server answers that there is nothing
];

// All that was asked for is there, and drawn.
async function settled(page: Page): Promise<void> {
  await page.locator('#content h1, #content h2').first().waitFor();
  const open = page.locator('#content [aria-busy="true"], #content .skeleton');
  await until('all is read', async () => (await open.count()) === 0).catch(async (cause: Error) => {
    throw new Error(`${cause.message}: ${await open.evaluateAll((all) => all.map((each) => each.outerHTML.slice(0, 200)).join('\n'))}`);
  });
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight));
}

async function keep(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await picture(page, `pages-${name}`);
  if (!process.env.DARKROOM_PICTURES || name.startsWith('nothing')) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: resolve(pictures, `${name}.jpg`), type: 'jpeg', quality: 60, animations: 'disabled' });
}

describe.each(languages)('in %s', (language) => {
  let at: Filled;
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    const maker = await Browser.open(language);
    at = await fill(await maker.page(), language);
    await maker.close();
    browser = await Browser.open(language, { viewport: { width: 1240, height: 800 } });
    page = await browser.page();
    await page.goto(`${at.server.url}/images`);
    await page.locator('form').waitFor();
    await keep(page, `log-in-${language}`);
    await expectFits(page);
    await logIn(page, at.server, '/images');
  }, 300_000);
  afterAll(async () => {
    const faults = browser?.faults;
    await browser?.close();
    await at?.end();
    expect(faults).toEqual([]);
  });

  it.each(pages)('%s', async (name, address) => {
    await page.goto(at.server.url + address(at));
    if (name === 'upload') {
      await choose(page, ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => jpeg(name)));
      await until('they are sent', async () => (await page.locator('.upload-row[data-state="sent"]').count()) === 3);
    }
    await settled(page);
    await keep(page, `${name}-${language}`);
    await expectFits(page);
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, `pages-${name}-${language}-dark`);
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, `pages-${name}-${language}-phone`);
    await page.setViewportSize({ width: 1240, height: 800 });
  });
});
