// Uploads in more than one tab of a browser, and when the session ends meanwhile: each photo once, and each batch is told of when its last one is done.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { picture } from './support/browser';
import { choose, jpeg, jpegs } from './support/files';
import type { GivenFile } from './support/files';
import { journeys } from './support/journey';
import { until } from './support/server';

const { server, open } = journeys({ anew: true, settings: { http_allowed_hosts: 'darkroom.test' } });

const titles = async (): Promise<string[]> => (await server.api('GET', '/api/v1/images?limit=200')).items.map((image: { title: string }) => image.title).sort();
const named = (files: GivenFile[]) => files.map(({ name }) => name).sort();
const allSent = (page: Page, count: number) => page.getByText(`All ${count} photos sent`).waitFor();

// Lets `count` pieces of photos of all tabs through to the server, and holds the others until it is opened.
async function gate(page: Page, count: number): Promise<() => void> {
  let passed = 0;
  let opened: () => void = () => undefined;
  const open = new Promise<void>((done) => (opened = done));
  await page.context().route('**/api/v1/uploads/**', async (route) => {
    if (route.request().method() === 'PATCH' && (passed += 1) > count) await open;
    await route.continue().catch(() => undefined); // of a tab that was closed
  });
  return opened;
}

async function secondTab(first: Page): Promise<Page> {
  const page = await first.context().newPage();
  await page.goto(new URL('/upload', first.url()).href);
  await page.locator('h1').waitFor();
  return page;
}

// On HTTPS and on the machine itself browsers have locks; on plain HTTP to another name they have none, as here.
const places = [['where there are locks', '127.0.0.1'], ['on plain HTTP, where there are none', 'darkroom.test']] as const;

describe.each(places)('%s', (_, host) => {
  const openUpload = async (): Promise<Page> => {
    const page = await open('en', '/upload', { host });
    expect(await page.evaluate(() => 'locks' in navigator)).toBe(host !== 'darkroom.test');
    return page;
  };

  it('sends each photo once with two tabs, whichever of them it was given to', async () => {
    const page = await openUpload();
    const go = await gate(page, 3);
    const [mine, theirs] = [jpegs(20, 'first'), jpegs(10, 'second')];
    await choose(page, mine);
    await until('some are sent', async () => (await titles()).length === 3);
    const other = await secondTab(page);
    await until('the other tab shows them', async () => (await other.locator('.upload-row').count()) === 20);
    await page.getByRole('link', { name: 'Images', exact: true }).click();
    await other.setViewportSize({ width: 1440, height: 300 }); // the list is below the window, so that nothing moves in it
    await choose(other, theirs);
    go();
    await allSent(other, 30);
    await page.goBack();
    await allSent(page, 30);
    expect(await titles()).toEqual(named([...mine, ...theirs]));
  });

  it('goes on in the other tab when the one that sends is closed', async () => {
    const page = await openUpload();
    const go = await gate(page, 3);
    const files = jpegs(12, 'left');
    await choose(page, files);
    await until('some are sent', async () => (await titles()).length === 3);
    const other = await secondTab(page);
    await until('the other tab shows them', async () => (await other.locator('.upload-row').count()) === 12);
    await page.close();
    go();
    await allSent(other, 12);
    expect(await titles()).toEqual(named(files));
  });
});

it('says on plain HTTP that it cannot notice a photo that was sent before', async () => {
  const page = await open('ko', '/upload', { host: 'darkroom.test' });
  await page.getByText('이미 올린 사진인지 브라우저가 알 수 없어요').waitFor();
  await picture(page, 'upload-plain-http-ko');
});

it('is told by either tab to pause, to go on and to take one away', async () => {
  const page = await open('en', '/upload');
  const go = await gate(page, 2);
  await choose(page, jpegs(8, 'told'));
  await until('some are sent', async () => (await titles()).length === 2);
  const other = await secondTab(page);
  await other.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused').waitFor();
  await other.getByRole('button', { name: 'Remove told7.jpg' }).click();
  await page.getByText('told7.jpg').waitFor({ state: 'detached' });
  go();
  await other.getByRole('button', { name: 'Go on' }).click();
  await allSent(page, 7);
  expect(await titles()).not.toContain('told7.jpg');
});

const endSessions = async () => {
  for (const { id } of (await server.api('GET', '/api/v1/sessions?user=admin')).items) await server.api('DELETE', `/api/v1/sessions/${id}`);
};

it('goes on after the session ended meanwhile and one logged in again', async () => {
  const page = await open('en', '/upload');
  const go = await gate(page, 2);
  const files = jpegs(8, 'again');
  await choose(page, files);
  await until('some are sent', async () => (await titles()).length === 2);
  await endSessions();
  go();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await page.locator('input[autocomplete="username"]').fill('admin');
  await page.locator('input[type="password"]').fill(await server.password());
  await page.keyboard.press('Enter');
  await allSent(page, 8);
  expect(await titles()).toEqual(named(files));
});

it('shows the log-in on a page that asks for nothing, when the session has ended', async () => {
  const page = await open('en', '/settings');
  await page.locator('.live-dot[data-state="live"]').first().waitFor({ state: 'attached' });
  await endSessions();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
});

const batches = async (): Promise<{ state: string }[]> => (await server.api('GET', '/api/v1/batches')).items;
const completed = (count: number) => until('the batches are complete', async () => (await batches()).filter(({ state }) => state === 'completed').length === count);

it('completes a batch whose last photo was sent before, and one whose last photo was taken away', async () => {
  const page = await open('en', '/upload');
  const known = jpeg('known.jpg');
  await choose(page, [known]);
  await page.getByText('1 photo sent').waitFor();

  // Whether it is known is answered when the other one is sent.
  await page.route('**/api/v1/images/1', async (route) => {
    await until('the other one is sent', async () => (await titles()).includes('new.jpg'));
    await route.continue();
  });
  await choose(page, [jpeg('new.jpg'), { ...known, name: 'known again.jpg' }]);
  await page.getByText('Sent before').waitFor();
  await completed(1);

  const go = await gate(page, 1);
  await choose(page, [jpeg('one.jpg'), jpeg('two.jpg')]);
  await until('one of them is sent', async () => (await titles()).length === 3);
  await page.getByRole('button', { name: (await titles()).includes('one.jpg') ? 'Remove two.jpg' : 'Remove one.jpg' }).click();
  await completed(2);
  go();
});

it('completes a batch whose seal found no server, when the page comes back', async () => {
  const page = await open('en', '/upload');
  await page.context().route('**/api/v1/batches/*/seal', (route) => route.abort());
  const asked = page.waitForRequest('**/api/v1/batches/*/seal');
  await choose(page, jpegs(2, 'sealed'));
  await allSent(page, 2);
  await asked;
  expect((await batches()).map(({ state }) => state)).toEqual(['open']);
  await page.context().unroute('**/api/v1/batches/*/seal');
  await page.reload();
  await completed(1);
});
