// The frame: log in, go about by mouse and keyboard, languages, themes, who sees what, log out.
import { beforeAll, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, logIn, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { withShared } from './support/words';

const { server, arrive, open } = journeys();

beforeAll(async () => {
  await server.addUser('viewer', 'viewer');
});

const words = withShared({
  en: { title: 'Images', wrong: 'Name or password is wrong.', upload: 'Upload', korean: '한국어', help: 'Keyboard shortcuts', missing: 'There is no such page' },
  ko: { title: '이미지', wrong: '이름 또는 비밀번호가 올바르지 않아요.', upload: '업로드', korean: 'English', help: '키보드 단축키', missing: '페이지를 찾을 수 없어요' },
});

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('refuses a wrong password in the reader’s language, then lets in to where one wanted to go', async () => {
    const page = await arrive(language);
    await page.goto(`${server.url}/upload`);
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[type="password"]').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText(t.wrong).waitFor();
    await picture(page, `log-in-${language}`);
    await expectAccessible(page);
    await expectFits(page);
    await logIn(page, server, '/upload');
    expect(await page.locator('h1').textContent()).toBe(t.upload);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
  });

  it('goes about by keyboard', async () => {
    const page = await open(language);
    await page.waitForURL('**/images');
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await page.waitForURL('**/upload');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: t.help }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goBack();
    await page.waitForURL('**/images');
    await page.goto(`${server.url}/images/1/2`);
    await page.getByText(t.missing).waitFor();
  });

  it('says so, and logs out, and is not logged in any more', async () => {
    const page = await open(language);
    await page.getByRole('button', { name: /admin/ }).click();
    await page.getByRole('menuitem', { name: t.logOut }).click();
    await page.getByRole('button', { name: t.logIn }).waitFor();
    expect(await page.evaluate(() => fetch('/api/v1/session').then((answer) => answer.status))).toBe(401);
  });
});

it('changes language and theme at once, and keeps them', async () => {
  const page = await open('en');
  await page.getByRole('button', { name: /admin/ }).click();
  await page.getByRole('menuitemradio', { name: '한국어' }).click();
  await page.getByRole('heading', { name: '이미지' }).waitFor();
  await page.getByRole('button', { name: /admin/ }).click();
  await page.getByRole('menuitemradio', { name: '어둡게' }).click();
  await page.reload();
  await page.getByRole('heading', { name: '이미지' }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(19, 19, 18)');
});

it('shows a viewer nothing that a viewer may not do', async () => {
  const page = await open('en', '/images', { as: 'viewer' });
  expect(await page.getByRole('link', { name: 'Upload', exact: true }).count()).toBe(0);
  await page.goto(`${server.url}/upload`);
  await page.getByText(words.en.missing).waitFor();
});

it('has a bar and a menu on a phone', async () => {
  const page = await open('ko', '/', { viewport: { width: 360, height: 720 } });
  await picture(page, 'phone-ko');
  await page.getByRole('navigation', { name: '메뉴' }).getByText('업로드').click();
  await page.waitForURL('**/upload');
  await page.getByRole('button', { name: '메뉴' }).click();
  await picture(page, 'phone-menu-ko');
  await page.getByRole('dialog').getByText('이미지').click();
  await page.waitForURL('**/images');
});

it('loads at most 250 KB before the list is there, from nowhere else, and nothing jumps', async () => {
  const page = await arrive('ko');
  await page.addInitScript(() => {
    (window as any).shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as any[]) if (!entry.hadRecentInput) (window as any).shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await logIn(page, server, '/images');
  await page.reload();
  await page.getByRole('heading', { name: '이미지' }).waitFor();
  await page.waitForLoadState('load');
  const seen = await page.evaluate(() => ({
    bytes: performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/assets/')).reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    shift: (window as any).shift as number,
  }));
  expect(seen.bytes).toBeGreaterThan(50_000);
  expect(seen.bytes).toBeLessThan(250_000);
  expect(seen.shift).toBeLessThan(0.05);
});

it('shows times in the zone that one chooses', async () => {
  const image = await server.upload(photo(), 'when.jpg', {}, 20);
  const page = await open('en', '/images');
  const title = () => page.getByRole('row').filter({ hasText: 'when.jpg' }).locator('.images-time time').getAttribute('title');
  expect(await title()).toContain('(Asia/Seoul)');
  await page.getByRole('button', { name: /admin/ }).click();
  await page.getByRole('menuitem', { name: 'Time zone …' }).click();
  await page.getByRole('combobox').selectOption('America/New_York');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await title()).toContain('(America/New_York)');
  const expected = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'America/New_York' }).format(new Date(image.created_at));
  expect(await title()).toContain(expected);
});
