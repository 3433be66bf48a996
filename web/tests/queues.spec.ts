// The queues: pause with a reason, see why photos wait, move a hundred of them and see the order change, limits, and who may do what.
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, logIn, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, arrive, open } = journeys({ slots: 1 });

beforeAll(async () => {
  await server.addUser('viewer', 'viewer');
});
beforeEach(async () => {
  await server.api('POST', '/api/v1/jobs/actions', { action: 'cancel', filter: { all: true }, dry_run: false });
  await server.api('PATCH', '/api/v1/queues/ai_processing', { paused: false, rate: null, concurrency: null });
});

const words = withShared({
  en: { waits: 'queue is paused', title: 'Queues' },
  ko: { waits: '대기열 일시 정지', title: '대기열' },
});

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const inLine = async (page: Page) => (await page.locator('section[aria-labelledby="queues-line"] tbody tr a').allTextContents()).map((text) => Number(/\d+/.exec(text)?.[0]));

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('pauses with a reason, says so where photos wait, and goes on', async () => {
    const page = await open(language, '/queues');
    await card(page, t.photosQueue).getByRole('button', { name: t.pause }).click();
    await page.getByRole('dialog').getByLabel(t.reason).fill('new disk');
    await page.getByRole('dialog').getByRole('button', { name: t.pause }).click();
    await card(page, t.photosQueue).getByText(t.pausedByAdmin).waitFor();
    expect((await server.api('GET', '/api/v1/queues/ai_processing')).queue.pause_reason).toBe('new disk');

    const image = await server.upload(photo(), 'waits.jpg');
    await page.getByText(t.waits).first().waitFor();
    await picture(page, `queues-${language}`);
    await expectAccessible(page);
    await expectFits(page);
    await card(page, t.photosQueue).getByRole('button', { name: t.resume }).click();
    await until('the photo is processed', async () => (await server.image(image.id)).status === 'completed');
  });
});

it('moves a hundred that wait, after it has counted them, and the order changes', async () => {
  await server.pause();
  const first = await server.upload(photo(), 'first.jpg', { uploader: 'lee' });
  const mine: number[] = [];
  for (let count = 0; count < 100; count += 1) mine.push((await server.upload(photo(), `kim-${count}.jpg`, { uploader: 'kim' })).id);
  const page = await open('en', '/queues');
  await until('the line', async () => (await inLine(page))[0] === first.id);
  await page.getByRole('searchbox', { name: 'Owner' }).fill('kim');
  await until('only those of kim', async () => (await inLine(page))[0] === mine[0]);
  await page.getByRole('button', { name: 'Set priority of all …' }).click();
  await page.getByText('100 jobs get the priority 10 and a new place in line.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Set for 100' }).click();
  await page.getByText('100 jobs have the priority 10 now').waitFor();
  await page.getByRole('searchbox', { name: 'Owner' }).fill('');
  expect(await page.getByRole('searchbox', { name: 'Owner' }).inputValue(), 'nothing stands before it any more').toBe('');
  await until('kim’s come first now', async () => (await inLine(page))[0] === mine[0]);
  expect((await server.api('GET', `/api/v1/jobs/${first.job_id}/place`)).place.position).toBe(100);

  // One of them, by its row, and back.
  await page.locator('section[aria-labelledby="queues-line"] tbody tr').nth(4).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Set priority of 1 …' }).click();
  await page.getByRole('dialog').getByLabel('Priority').fill('50');
  await page.getByRole('dialog').getByRole('button', { name: 'Set for 1' }).click();
  await until('it is the first', async () => (await inLine(page))[0] === mine[4]);
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await until('it is not', async () => (await inLine(page))[0] !== mine[4]);

  await page.getByRole('button', { name: 'Cancel all …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel 101' }).click();
  await page.getByText('Nothing waits.', { exact: false }).waitFor();
  await server.resume();
});

it('closes its question when it is done, however slowly the lists come', async () => {
  await server.pause();
  await server.upload(photo(), 'waits.jpg');
  const page = await open('en', '/queues');
  await until('the line', async () => (await inLine(page)).length === 1);
  let go = () => {};
  const held = new Promise<void>((open) => (go = open));
  await page.getByRole('button', { name: 'Set priority of all …' }).click();
  await page.route(/\/api\/v1\/(jobs|queues)(\?|$)/, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole('dialog').getByRole('button', { name: 'Set for 1' }).click();
  await page.getByText('1 job has the priority 10 now').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  go();
  await page.unrouteAll({ behavior: 'wait' });
  await page.locator('section[aria-labelledby="queues-line"] tbody tr').getByText('10', { exact: true }).waitFor();
  await server.resume();
});

it('tells of each that waits why, with the list and not by a request for each', async () => {
  await server.pause();
  for (let count = 0; count < 30; count += 1) await server.upload(photo(), `waits-${count}.jpg`);
  const page = await arrive('en');
  const asked: string[] = [];
  page.on('request', (request) => void (/\/place$/.test(request.url()) && asked.push(request.url())));
  await logIn(page, server, '/queues');
  const rows = page.locator('section[aria-labelledby="queues-line"] tbody tr');
  await until('the line', async () => (await rows.count()) === 25);
  expect(await rows.getByText('queue is paused').count()).toBe(25);
  await page.getByRole('button', { name: 'Show more' }).click();
  await until('all of it', async () => (await rows.getByText('queue is paused').count()) === 30);
  await server.resume();
  await until('the line is empty', async () => (await rows.getByText('queue is paused').count()) === 0);
  expect(asked).toEqual([]);
});

it('keeps a way back while somebody points at it or a dialog stands before it', async () => {
  const page = await open('en', '/queues');
  await page.clock.install();
  await card(page, 'Photos').getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.hover();
  await page.clock.runFor(12_000);
  expect(await undo.count(), 'while it is pointed at').toBe(1);
  await page.mouse.move(10, 10);
  await card(page, 'Photos').getByRole('button', { name: 'Limits' }).click();
  await page.getByRole('dialog').waitFor();
  await page.clock.runFor(30_000);
  expect(await undo.count(), 'behind a dialog').toBe(1);
  await page.keyboard.press('Escape');
  await until('the dialog is closed', async () => (await page.getByRole('dialog').count()) === 0);
  expect(await undo.count()).toBe(1);
  await page.clock.runFor(11_000);
  await until('its time is over', async () => (await undo.count()) === 0);
  await server.resume();
});

it('counts again by itself when the server was too busy to count', async () => {
  await server.pause();
  await server.upload(photo(), 'waits.jpg');
  const page = await open('en', '/queues');
  let refused = 0;
  await page.route('**/api/v1/jobs/actions', async (route) => {
    refused += 1;
    if (refused > 1) return route.continue();
    await route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/unavailable', title: 'busy', status: 503, code: 'unavailable', detail: 'Try again shortly.' }) });
  });
  await page.getByRole('button', { name: 'Cancel all …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel 1', exact: true }).click();
  await page.getByText('Nothing waits.', { exact: false }).waitFor();
  expect(refused).toBe(3); // refused, counted, done
  await server.resume();
});

it('charts what it did, and gives the numbers as a table', async () => {
  await server.upload(photo(), 'one.jpg', {}, 20);
  const page = await open('en', '/queues');
  await page.locator('.queues-chart').first().waitFor();
  expect(await page.locator('.queues-chart').count()).toBe(4);
  await page.getByRole('button', { name: 'Numbers as a table' }).click();
  const rows = page.getByRole('table', { name: 'Numbers of the charts' }).locator('tbody tr');
  await rows.first().waitFor();
  const completed = await rows.evaluateAll((all) => all.reduce((sum, row) => sum + Number((row as HTMLTableRowElement).cells[1]!.textContent), 0));
  expect(completed).toBeGreaterThan(0);
  await expectAccessible(page);
});

it('shows what runs, and stops it', async () => {
  const image = await server.upload(photo('slow:100000'), 'slow.jpg');
  const page = await open('en', '/queues');
  await page.locator('section[aria-labelledby="queues-running"]').getByRole('link', { name: `Photo ${image.id}` }).waitFor();
  await page.getByRole('button', { name: 'Cancel this job' }).click();
  await until('it is cancelled', async () => (await server.image(image.id)).status === 'cancelled');
  await page.getByText('Nothing runs at the moment.').waitFor();
});

it('sets limits, and says what is wrong with one', async () => {
  const page = await open('en', '/queues');
  await card(page, 'Photos').getByRole('button', { name: 'Limits' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Starts per time').fill('ten');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('alert').first().waitFor();
  await dialog.getByLabel('Starts per time').fill('600/m');
  await dialog.getByLabel('At once').fill('3');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await card(page, 'Photos').getByText('at most 600/m · 3 at once').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await until('the limits are gone', async () => (await server.api('GET', '/api/v1/queues/ai_processing')).queue.rate === null);
});

it('shows a viewer no switch', async () => {
  const page = await open('en', '/queues', { as: 'viewer' });
  await card(page, 'Photos').waitFor();
  for (const name of [/Pause/, /Resume/, /Limits/, /Set priority/, /Cancel/]) expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
});
