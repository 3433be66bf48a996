// The whole journey without a mouse: log in, upload, open, act, retry, pause and go on, log out. Only keys are pressed, and what has the focus shows it.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';

import { languages } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, arrive } = journeys();
let page: Page;

const words = withShared({
  en: {
    choose: 'Choose photos', sent: 'All 2 photos sent', retry: 'Retry',
    high: 'Set high priority (10)', set: 'Set priority', done: '1 image has high priority (10) now.', skip: 'Skip to the content',
  },
  ko: {
    choose: '사진 선택', sent: '사진 2장을 모두 올렸어요', retry: '재시도',
    high: '높은 우선순위로 설정 (10)', set: '우선순위 설정', done: '1개의 이미지가 높은 우선순위(10)로 설정되었습니다.', skip: '본문으로 건너뛰기',
  },
});

const holds = (target: Locator) => target.evaluate((element) => element === document.activeElement);

// Tab until it has the focus, which must be seen on it.
async function tabTo(target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor();
  for (let count = 0; count < 150; count += 1) {
    if (await holds(target)) {
      const seen = await target.evaluate((element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      expect(seen, `the focus on ${target} can be seen`).toBe(true);
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${target}`);
}

async function press(target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(target);
  await page.keyboard.press(key);
}

async function type(target: Locator, text: string): Promise<void> {
  await tabTo(target);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

// An entry of the menu that is open.
async function choose(name: string): Promise<void> {
  const entry = page.getByRole('menuitem', { name, exact: true });
  await entry.waitFor();
  for (let count = 0; count < 30 && !(await holds(entry)); count += 1) await page.keyboard.press('ArrowDown');
  expect(await holds(entry), name).toBe(true);
  await page.keyboard.press('Enter');
}

it.each(languages)('goes all the way by keyboard alone, in %s', async (language) => {
  const t = words[language];
  page = await arrive(language);
  await page.goto(server.url);
  await type(page.locator('input[autocomplete="username"]'), 'admin');
  await type(page.locator('input[type="password"]'), await server.password());
  await page.keyboard.press('Enter');
  await page.waitForURL('**/images');
  await page.locator('#content h1').waitFor();
  await press(page.getByRole('link', { name: t.skip }));
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await page.waitForURL('**/upload');

  const asked = page.waitForEvent('filechooser');
  await press(page.getByRole('button', { name: t.choose }));
  const files = [{ name: `good-${language}.jpg`, buffer: photo() }, { name: `lies-${language}.jpg`, buffer: photo('lie') }];
  await (await asked).setFiles(files.map((file) => ({ ...file, mimeType: 'image/jpeg' })));
  await page.getByText(t.sent).waitFor();
  const failed = await until('one of them fails', async () => (await server.api('GET', '/api/v1/images?status=failed')).items.find((image: { title: string }) => image.title === `lies-${language}.jpg`));

  // A photo's page: another title, and the failed one again.
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await press(page.getByRole('row').filter({ hasText: `lies-${language}.jpg` }).getByRole('link').first());
  await page.waitForURL('**/images/*');
  await press(page.getByRole('button', { name: t.more }));
  await choose(t.edit);
  await type(page.getByRole('textbox', { name: t.title }), `told by keys ${language}`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `told by keys ${language}` }).waitFor();
  await press(page.getByRole('button', { name: t.retry, exact: true }));
  await until('a new job', async () => (await server.image(failed.id)).job_id !== failed.job_id);

  // A queue is paused with a reason; what waits is moved; it goes on.
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await page.waitForURL('**/queues');
  const card = page.getByRole('region', { name: t.photosQueue, exact: true });
  await press(card.getByRole('button', { name: t.pause }));
  await type(page.getByRole('dialog').getByLabel(t.reason), 'new disk');
  await page.keyboard.press('Enter');
  await card.getByText(t.pausedByAdmin).waitFor();
  const waiting = await server.upload(photo(), `waits-${language}.jpg`);
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.waitForURL('**/images');
  const row = page.getByRole('row').filter({ hasText: `waits-${language}.jpg` });
  await press(row.getByRole('checkbox'), ' ');
  await press(page.getByRole('button', { name: t.high }));
  await press(page.getByRole('dialog').getByRole('button', { name: t.set, exact: true }));
  await page.getByText(t.done).waitFor();
  expect((await server.image(waiting.id)).priority).toBe(10);
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await press(card.getByRole('button', { name: t.resume }));
  await until('it is processed', async () => (await server.image(waiting.id)).status === 'completed');

  await press(page.getByRole('button', { name: /admin/ }));
  await choose(t.logOut);
  await page.getByRole('button', { name: t.logIn }).waitFor();
});
