// The list of images: find, select, act on some and on all that match, take back, and see what happens elsewhere at once.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, open } = journeys();
let page: Page;

const names = (ids: { id: number }[]) => ids.map((image) => image.id);
const statusOf = async (id: number) => (await server.image(id)).status;
const priorityOf = async (id: number) => (await server.image(id)).priority;

beforeAll(() => server.addUser('mina', 'uploader'));
beforeEach(() => server.empty());

const words = withShared({
  en: {
    search: 'Search titles', failed: 'Failed', reprocess: 'Reprocess selected images', again: 'Reprocess', high: 'Set high priority (10)', setPriority: 'Set priority',
    willHigh: '3 waiting images will have priority 10', doneHigh: '3 images have high priority (10) now.', selectPage: 'Select all on this page', selectAll: 'Select all that match',
    all: 'All 60 images that match selected', more: 'More', cancel: 'Cancel processing …', doCancel: 'Cancel processing', results: 'Results', csv: 'Download as CSV', actions: 'Actions on',
    doneReprocess: '2 images are processed again.', nothing: 'No image meets these conditions', any: 'Any date', today: 'Today', deleted: '2 images deleted.',
  },
  ko: {
    search: '제목 검색', failed: '실패', reprocess: '선택된 이미지 재처리', again: '재처리', high: '높은 우선순위로 설정 (10)', setPriority: '우선순위 설정',
    willHigh: '대기 중인 이미지 3개에 높은 우선순위(10)', doneHigh: '3개의 이미지가 높은 우선순위(10)로 설정되었습니다.', selectPage: '이 페이지 모두 선택', selectAll: '조건에 맞는 이미지 모두 선택',
    all: '조건에 맞는 60개 모두 선택됨', more: '더 보기', cancel: '처리 취소 …', doCancel: '처리 취소', results: '결과', csv: 'CSV로 내려받기', actions: '작업',
    doneReprocess: '2개의 이미지가 재처리 대기열에 추가되었습니다.', nothing: '조건에 맞는 이미지가 없어요', any: '모든 날짜', today: '오늘', deleted: '2개의 이미지를 삭제했습니다.',
  },
});

const row = (title: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const check = (title: string) => row(title).getByRole('checkbox').check();
const dialog = () => page.getByRole('dialog');

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('finds by title, status and date, all of it in the address', async () => {
    await server.upload(photo(), 'Beach at dawn.jpg', {}, 20);
    await server.upload(photo(), '제주 바다.jpg', {}, 20);
    await server.upload(photo('segv'), 'broken.jpg', { model: 'null' });
    page = await open(language, '/images');
    await row('Beach at dawn.jpg').waitFor();
    await page.getByRole('searchbox', { name: t.search }).fill('바다');
    await row('Beach at dawn.jpg').waitFor({ state: 'detached' });
    await row('제주 바다.jpg').waitFor();
    expect(decodeURIComponent(page.url())).toContain('search=바다');
    await page.reload();
    await row('제주 바다.jpg').waitFor();
    expect(await row('Beach at dawn.jpg').count()).toBe(0);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: t.any }).click();
    await page.getByRole('button', { name: t.today }).click();
    await page.waitForURL(/date=\d{4}-\d{2}-\d{2}/);
    await row('Beach at dawn.jpg').waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${server.url}/images?date=1999`);
    await page.getByText(t.nothing).waitFor();
    await expectAccessible(page);
  });

  it('sets a high priority with the count in the message, and takes it back', async () => {
    await server.pause();
    const images: { id: number }[] = [];
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) images.push(await server.upload(photo(), name, { priority: '3' }));
    page = await open(language, '/images');
    await row('a.jpg').waitFor();
    await page.getByRole('checkbox', { name: t.selectPage }).check();
    await picture(page, `images-selected-${language}`);
    await page.getByRole('button', { name: t.high }).click();
    await dialog().getByText(t.willHigh).waitFor();
    await expectAccessible(page);
    await picture(page, `images-preview-${language}`);
    await dialog().getByRole('button', { name: t.setPriority, exact: true }).click();
    await page.getByText(t.doneHigh).waitFor();
    expect(await Promise.all(names(images).map(priorityOf))).toEqual([10, 10, 10]);
    await page.getByRole('button', { name: t.undo }).click();
    await until('the former priorities are back', async () => (await Promise.all(names(images).map(priorityOf))).every((priority) => priority === 3));
  });

  it('acts on all that match, not only on the page', async () => {
    for (let number = 1; number <= 60; number += 1) await server.upload(photo(), `many ${number}.jpg`);
    await until('all are done', async () => (await server.api('GET', '/api/v1/images?status=completed&limit=100')).items.length === 60, 30_000);
    page = await open(language, '/images');
    await row('many 60.jpg').waitFor();
    await page.getByRole('checkbox', { name: t.selectPage }).check();
    await page.getByRole('button', { name: t.selectAll }).click();
    await page.getByText(t.all).waitFor();
    const arrives = page.waitForEvent('download');
    await page.getByRole('button', { name: t.results, exact: true }).click();
    await page.getByRole('menuitem', { name: t.csv }).click();
    const table = join(tmpdir(), `results-${process.pid}-${language}.csv`); // the browser is another process: it has no path for us
    await (await arrives).saveAs(table);
    const lines = readFileSync(table, 'utf8').trim().split('\n');
    rmSync(table);
    expect(lines).toHaveLength(61); // the columns, and a row an image
    await page.getByRole('button', { name: t.reprocess }).click();
    await dialog().getByText('60').first().waitFor();
    await dialog().getByRole('button', { name: t.again, exact: true }).click();
    await dialog().waitFor({ state: 'detached' });
    const jobs = (await server.api('GET', '/api/v1/jobs?limit=200')).items.filter((job: any) => job.kind === 'image.process');
    expect(jobs.length).toBe(120);
  });

  it('reprocesses the selected ones, and shows live what becomes of them', async () => {
    const one = await server.upload(photo(), 'one.jpg', {}, 20);
    await server.upload(photo(), 'two.jpg', {}, 20);
    await server.pause();
    page = await open(language, '/images');
    await check('one.jpg');
    await check('two.jpg');
    await page.getByRole('button', { name: t.reprocess }).click();
    await dialog().getByRole('button', { name: t.again, exact: true }).click();
    await page.getByText(t.doneReprocess).waitFor();
    await row('one.jpg').locator('.images-status').getByText(language === 'ko' ? '대기중' : 'Waiting').waitFor();
    await server.resume();
    await row('one.jpg').locator('.images-status').getByText(language === 'ko' ? '완료' : 'Completed').waitFor();
    expect(await statusOf(one.id)).toBe('completed');
  });

  it('deletes with a way back', async () => {
    const gone = await server.upload(photo(), 'gone.jpg', {}, 20);
    await server.upload(photo(), 'gone too.jpg', {}, 20);
    await server.upload(photo(), 'stays.jpg', {}, 20);
    page = await open(language, '/images');
    await check('gone.jpg');
    await check('gone too.jpg');
    await page.getByRole('toolbar').getByRole('button', { name: t.remove }).click();
    await row('gone.jpg').waitFor({ state: 'detached' });
    await page.getByText(t.deleted).waitFor();
    await page.getByRole('button', { name: t.undo }).click();
    await row('gone.jpg').waitFor();
    expect(await statusOf(gone.id)).toBe('completed');
    await check('gone.jpg');
    await page.getByRole('toolbar').getByRole('button', { name: t.remove }).click();
    await row('gone.jpg').waitFor({ state: 'detached' });
    await page.goto(`${server.url}/upload`); // the page goes before the time for undo is over
    await until('it is deleted', async () => !names((await server.api('GET', '/api/v1/images')).items).includes(gone.id));
    expect((await server.api('GET', '/api/v1/images')).items.length).toBe(2);
  });

  it('edits a title, cancels what waits, and gives the results as a table', async () => {
    await server.upload(photo(), 'old title.jpg', {}, 20);
    await server.pause();
    const waiting = await server.upload(photo(), 'waiting.jpg');
    page = await open(language, '/images');
    await row('old title.jpg').getByRole('button', { name: new RegExp(t.actions) }).click();
    await page.getByRole('menuitem', { name: t.edit }).click();
    await dialog().getByRole('textbox', { name: t.title }).fill('=new "title"');
    await dialog().getByRole('button', { name: t.save }).click();
    await row('=new "title"').waitFor();
    await check('waiting.jpg');
    await page.getByRole('button', { name: t.more, exact: true }).click();
    await page.getByRole('menuitem', { name: t.cancel }).click();
    await dialog().getByRole('button', { name: t.doCancel, exact: true }).click();
    await until('it is cancelled', async () => (await statusOf(waiting.id)) === 'cancelled');
    await page.getByRole('checkbox', { name: t.selectPage }).check();
    const arrives = page.waitForEvent('download');
    await page.getByRole('button', { name: t.results, exact: true }).click();
    await page.getByRole('menuitem', { name: t.csv }).click();
    const file = await (await arrives).createReadStream();
    let text = '';
    for await (const piece of file) text += String(piece);
    expect(text).toContain('waiting.jpg');
    expect(text).not.toMatch(/(^|,)"?=new/m); // no formula
  });

  it('fits on a phone, a tablet and a desk, and is heard', async () => {
    await server.upload(photo(), '아주아주 긴 제목이 붙은 사진이라서 한 줄에 다 들어가지 않을 것 같은 파일 이름입니다 정말로.jpg', {}, 20);
    await server.upload(photo('segv'), 'failed.jpg');
    await server.pause();
    await server.upload(photo(), 'waiting.jpg', { delay_seconds: '500' });
    page = await open(language, '/images');
    await row('failed.jpg').waitFor();
    await expectFits(page);
    await expectAccessible(page);
    await picture(page, `images-${language}`);
    await page.setViewportSize({ width: 360, height: 740 });
    await picture(page, `images-phone-${language}`);
  });
});

it('is gone through by keyboard alone', async () => {
  await server.upload(photo(), 'first.jpg', {}, 20);
  await server.upload(photo(), 'second.jpg', {}, 20);
  page = await open('en', '/images');
  await row('second.jpg').waitFor();
  await row('second.jpg').focus();
  await page.keyboard.press('x');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await page.getByText('2 images selected').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('first');
  await row('second.jpg').waitFor({ state: 'detached' });
});

it('shows an uploader only what an uploader may do', async () => {
  await server.upload(photo(), 'hers.jpg', { uploader: 'mina' }, 20);
  await server.upload(photo(), 'not hers.jpg', {}, 20);
  page = await open('en', '/images', { as: 'mina' });
  await row('hers.jpg').waitFor();
  expect(await row('not hers.jpg').count()).toBe(0);
  await check('hers.jpg');
  await page.getByRole('button', { name: 'Reprocess selected images' }).click();
  await dialog().getByText('1 image will be processed again').waitFor();
  await dialog().getByRole('button', { name: 'Reprocess', exact: true }).click();
  await page.getByText('1 image is processed again.').waitFor();
});
