// The list of images under the hand of whoever uses it: nothing moves, the selection stays, what is taken back is as it was, and the focus goes on from where it was.
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, logIn, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, arrive, open } = journeys();
let page: Page;

beforeAll(() => server.addUser('mina', 'uploader'));
beforeEach(() => server.empty());

const words = withShared({
  en: { three: 'Show 3 new photos', many: 'Show 50 or more new photos', cancelled: 'Cancelled', two: '2 images selected', more: 'More', stop: 'Cancel processing …', doStop: 'Cancel processing', any: 'Any date', filter: 'Filter', apply: 'Apply', high: 'Set high priority (10)', setPriority: 'Set priority', failed: '1 image could not be deleted.' },
  ko: { three: '새 사진 3장 보기', many: '새 사진 50장 이상 보기', cancelled: '취소됨', two: '2개 선택됨', more: '더 보기', stop: '처리 취소 …', doStop: '처리 취소', any: '모든 날짜', filter: '필터', apply: '적용', high: '높은 우선순위로 설정 (10)', setPriority: '우선순위 설정', failed: '이미지 1개를 삭제하지 못했습니다.' },
});

const row = (title: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const titles = () => page.locator('.images-list tbody .images-name').allTextContents();
const dialog = () => page.getByRole('dialog');
const focused = (selector: string) => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('keeps rows under the pointer while photos arrive, and shows these when asked', async () => {
    await server.pause();
    const first = await server.upload(photo(), 'first.jpg');
    await server.upload(photo(), 'second.jpg');
    page = await open(language, '/images');
    await row('second.jpg').hover();
    const place = await row('first.jpg').boundingBox();
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) await server.upload(photo(), name);
    await page.getByRole('button', { name: t.three }).waitFor();
    expect(await titles()).toEqual(['second.jpg', 'first.jpg']);
    expect(await row('first.jpg').boundingBox()).toEqual(place);
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `images-arrived-${language}`);

    // What is shown goes on live, also when it would long be on the next page.
    for (let number = 0; number < 50; number += 1) await server.upload(photo(), `more ${number}.jpg`);
    await page.getByRole('button', { name: t.many }).waitFor();
    await server.api('POST', `/api/v1/jobs/${first.job_id}/cancel`, {});
    await row('first.jpg').locator('.images-status').getByText(t.cancelled).waitFor();
    expect(await titles()).toEqual(['second.jpg', 'first.jpg']);
    expect(await row('first.jpg').boundingBox()).toEqual(place);

    await page.getByRole('button', { name: t.many }).click();
    await row('more 49.jpg').waitFor();
    expect((await titles()).slice(0, 2)).toEqual(['more 49.jpg', 'more 48.jpg']);
    await until('the focus is on the first row', () => focused('.images-list tbody tr:first-child'));
  });
});

it('takes in what moves nothing: the first photo, and those behind the last', async () => {
  await server.pause();
  page = await open('en', '/images?sort=oldest');
  await page.locator('.empty').waitFor();
  await server.upload(photo(), 'first.jpg');
  await row('first.jpg').waitFor();
  await server.upload(photo(), 'second.jpg');
  await row('second.jpg').waitFor();
  expect(await titles()).toEqual(['first.jpg', 'second.jpg']);
  expect(await page.locator('.images-arrived button').count()).toBe(0);
});

it('has a photo that was sent a moment ago when one comes back to it', async () => {
  await server.upload(photo(), 'before.jpg');
  page = await arrive('en');
  await page.route('**/api/v1/events/stream', (route) => route.abort()); // nobody tells the page of it
  await logIn(page, server, '/images');
  await row('before.jpg').waitFor();
  await page.locator('nav.side a[href="/upload"]').click();
  await page.waitForURL('**/upload');
  await server.upload(photo(), 'sent.jpg');
  await page.locator('nav.side a[href="/images"]').last().click();
  await row('sent.jpg').waitFor({ timeout: 4000 });
  expect(await page.locator('.images-arrived button').count()).toBe(0);
});

it('keeps a photo selected that leaves the conditions of the list', async () => {
  await server.pause();
  const first = await server.upload(photo(), 'first.jpg');
  await server.upload(photo(), 'second.jpg');
  page = await open('en', '/images?status=pending');
  await row('first.jpg').getByRole('checkbox').check();
  await row('second.jpg').getByRole('checkbox').check();
  await page.getByText(words.en.two).waitFor();
  await server.api('POST', `/api/v1/jobs/${first.job_id}/cancel`, {});
  await row('first.jpg').waitFor({ state: 'detached' });
  expect(await page.locator('.images-bar-count').textContent()).toContain(words.en.two);
  await page.getByRole('toolbar').getByRole('button', { name: words.en.remove }).click();
  await page.goto(`${server.url}/upload`);
  await until('both are deleted', async () => (await server.api('GET', '/api/v1/images')).items.length === 0);
});

it.each(['admin', 'mina'])('takes a cancel back for %s: the photo is in its batch again, and one that was completed meanwhile is not run again', async (user) => {
  const { batch } = await server.api('POST', '/api/v1/batches', { title: 'trip' });
  await server.pause();
  const done = await server.upload(photo(), 'done.jpg', { batch: batch.id, uploader: user });
  const slow = await server.upload(photo('slow:100000'), 'slow.jpg', { batch: batch.id, uploader: user });
  page = await open('en', '/images', { as: user });
  await row('done.jpg').getByRole('checkbox').check();
  await row('slow.jpg').getByRole('checkbox').check();
  await page.getByRole('button', { name: words.en.more, exact: true }).click();
  await page.getByRole('menuitem', { name: words.en.stop }).click();
  await dialog().getByText('of 2 images', { exact: false }).waitFor();
  await server.resume();
  await until('one is done, the other runs', async () => (await server.image(done.id)).status === 'completed' && (await server.image(slow.id)).status === 'processing');
  await dialog().getByRole('button', { name: words.en.doStop, exact: true }).click();
  await until('it is cancelled', async () => (await server.image(slow.id)).status === 'cancelled');
  await page.getByRole('button', { name: words.en.undo }).click();
  await until('it runs again', async () => (await server.image(slow.id)).status === 'processing');
  expect((await server.image(done.id)).job_id).toBe(done.job_id);
  const ofBatch = (await server.api('GET', `/api/v1/images?batch=${batch.id}`)).items.map((image: { id: number }) => image.id);
  expect(ofBatch.sort()).toEqual([done.id, slow.id]);
});

it('takes a cancel in the queue back, and runs nothing else again', async () => {
  await server.pause();
  const done = await server.upload(photo(), 'done.jpg');
  const slow = await server.upload(photo('slow:100000'), 'slow.jpg');
  page = await open('en', '/queues');
  const line = page.locator('section[aria-labelledby="queues-line"] tbody tr');
  await until('the line', async () => (await line.count()) === 2);
  for (const each of await line.all()) await each.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Cancel 2 …' }).click();
  await dialog().getByRole('button', { name: 'Cancel 2' }).waitFor();
  await server.resume();
  await until('one is done, the other runs', async () => (await server.image(done.id)).status === 'completed' && (await server.image(slow.id)).status === 'processing');
  await dialog().getByRole('button', { name: 'Cancel 2' }).click();
  await until('it is cancelled', async () => (await server.image(slow.id)).status === 'cancelled');
  await page.getByRole('button', { name: words.en.undo }).click();
  await until('it runs again', async () => (await server.image(slow.id)).status === 'processing');
  expect((await server.image(done.id)).job_id).toBe(done.job_id);
});

it('says how many of some photos could not be deleted, and shows these again', async () => {
  const kept = await server.upload(photo(), 'kept.jpg', {}, 20);
  await server.upload(photo(), 'gone.jpg', {}, 20);
  page = await open('en', '/images');
  // The server cannot be reached for one of them.
  await page.route(`**/api/v1/images/${kept.id}`, (route) => (route.request().method() === 'DELETE' ? route.abort() : route.continue()));
  await row('kept.jpg').getByRole('checkbox').check();
  await row('gone.jpg').getByRole('checkbox').check();
  await page.getByRole('toolbar').getByRole('button', { name: words.en.remove }).click();
  await row('kept.jpg').waitFor({ state: 'detached' });
  await page.locator('.toast').getByRole('button', { name: words.en.close }).click(); // it cannot be taken back any more
  await page.getByText(words.en.failed).waitFor();
  await row('kept.jpg').waitFor();
  expect(await titles()).toEqual(['kept.jpg']);
});

describe('by keyboard', () => {
  it('goes on from the button of what was open', async () => {
    await server.upload(photo(), 'one.jpg', {}, 20);
    page = await open('en', '/images');
    await page.getByRole('button', { name: words.en.any }).press('Enter');
    await page.locator('.images-dates button').first().focus();
    await page.keyboard.press('Escape');
    await until('the focus is on the button of the dates', () => focused('.images-filters .menu-frame:nth-of-type(2) > button'));
    await page.getByRole('button', { name: words.en.filter, exact: true }).press('Enter');
    await page.locator('.images-more select').waitFor();
    await page.keyboard.press('Escape');
    await until('the focus is on the button of the filters', () => focused('.images-filters .menu-frame:nth-of-type(3) > button'));
    await page.keyboard.press('Enter');
    await page.locator('.images-more input[name="uploader"]').fill('nobody');
    await page.keyboard.press('Enter');
    await page.locator('.empty').waitFor();
    expect(await focused('.images-filters .menu-frame:nth-of-type(3) > button')).toBe(true);
  });

  it('goes on from the first row when an act is done', async () => {
    await server.pause();
    await server.upload(photo(), 'one.jpg');
    await server.upload(photo(), 'two.jpg');
    page = await open('en', '/images');
    await row('one.jpg').getByRole('checkbox').check();
    await page.getByRole('button', { name: words.en.high }).press('Enter');
    await dialog().getByRole('button', { name: words.en.setPriority, exact: true }).press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await until('the focus is on the first row', () => focused('.images-list tbody tr:first-child'));
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Select none' }).press('Enter');
    await until('and again', () => focused('.images-list tbody tr:first-child'));
  });
});
