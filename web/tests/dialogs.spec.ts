// What gets lost by a stray key, click or drop: the focus, a secret, a form, a way back; and what stands before the page that one went to.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { languages, picture } from './support/browser';
import { choose, jpeg, jpegs, transferOf } from './support/files';
import { journeys } from './support/journey';
import { MadeModels } from './support/models';
import { photo, samplePhoto } from './support/photos';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, open } = journeys({ model: 'demo', testMode: true, end: () => models.end() });
const models = new MadeModels();

beforeAll(async () => {
  await server.addUser('sora', 'viewer');
  await server.addUser('joon', 'uploader');
});

const words = withShared({
  en: { newToken: 'New token', create: 'Create token', zone: 'Time zone …', add: 'Add a model', refused: 'Your role may not send photos.', again: 'Retry bad.jpg', all: 'All 12 photos sent', menu: 'Menu', account: 'My account', undoKey: 'Press Z to undo.', failures: 'Failures', quarantine: 'Quarantine' },
  ko: { newToken: '토큰 만들기', create: '토큰 만들기', zone: '시간대 …', add: '모델 추가', refused: '사진을 올릴 권한이 없어요.', again: 'bad.jpg 다시 시도', all: '사진 12장을 모두 올렸어요', menu: '메뉴', account: '내 계정', undoKey: 'Z 키를 누르면 실행이 취소돼요.', failures: '실패', quarantine: '격리' },
});

// Whether the browser would open the file in place of the page.
async function isKept(page: Page, target: string, name: string, bytes: Buffer): Promise<boolean> {
  const transfer = await transferOf(page, [{ name, buffer: bytes }]);
  return page.evaluate(
    ({ where, data }) => {
      const element = document.querySelector(where)!;
      return ['dragenter', 'dragover', 'drop'].map((type) => element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }))).slice(1).every((goesOn) => !goesOn);
    },
    { where: target, data: transfer },
  );
}

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('gives the focus back to what opened a dialog', async () => {
    const page = await open(language, '/tokens');
    const opener = page.getByRole('button', { name: t.newToken });
    for (const close of [() => page.keyboard.press('Escape'), () => page.getByRole('dialog').getByRole('button', { name: t.cancel }).click()]) {
      await opener.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await close();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    }
    const account = page.getByRole('button', { name: /admin/ });
    await account.click();
    await page.getByRole('menuitem', { name: t.zone }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await account.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('keeps a secret that is told once from a stray key or click', async () => {
    const page = await open(language, '/tokens');
    await page.getByRole('button', { name: t.newToken }).click();
    await page.getByLabel(t.name, { exact: true }).fill(`stray-${language}`);
    await page.getByRole('dialog').getByRole('button', { name: t.create }).click();
    const secret = page.locator('[data-secret]');
    const text = await secret.textContent();
    for (let count = 0; count < 4; count += 1) await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await page.keyboard.press('Escape');
    expect(await secret.isVisible()).toBe(true);
    expect(await secret.textContent()).toBe(text);
    await page.getByRole('button', { name: t.kept }).click();
    await secret.waitFor({ state: 'detached' });
  });

  it('takes a file beside the open dialog for a model into it', async () => {
    const page = await open(language, '/models');
    await page.getByRole('button', { name: t.add }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.name, { exact: true }).fill('half-typed');
    const transfer = await transferOf(page, [{ name: 'family_yolo26.onnx', buffer: models.read('family_yolo26.onnx') }]);
    for (const type of ['dragenter', 'dragover']) await page.dispatchEvent('#content', type, { dataTransfer: transfer });
    await picture(page, `models-drop-on-dialog-${language}`);
    await page.dispatchEvent('#content', 'drop', { dataTransfer: transfer });
    await dialog.getByText('family_yolo26.onnx').waitFor();
    expect(await dialog.getByLabel(t.name, { exact: true }).inputValue()).toBe('half-typed');
    expect(new URL(page.url()).pathname).toBe('/models');
  });

  it('tells a viewer who drops a photo that it is not sent, and stays', async () => {
    const page = await open(language, '/images', { as: 'sora' });
    expect(await isKept(page, '#content', 'street.jpg', photo())).toBe(true);
    await page.getByText(t.refused).waitFor();
    await picture(page, `drop-refused-${language}`);
  });

  it('undoes by a key what was done last, and says so', async () => {
    const image = await server.upload(photo(), `${language} before.jpg`);
    const page = await open(language, `/images/${image.id}`);
    const retitle = async (title: string) => {
      await page.getByRole('button', { name: t.more }).click();
      await page.getByRole('menuitem', { name: t.edit }).click();
      await page.getByRole('textbox', { name: t.title }).fill(title);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: title }).waitFor();
    };
    for (const key of ['z', 'Control+z']) {
      await retitle(`${language} after ${key}`);
      await page.getByRole('status').getByText(t.undoKey).first().waitFor({ state: 'attached' });
      await page.keyboard.press(key);
      await page.getByRole('heading', { name: `${language} before.jpg` }).waitFor();
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog').locator('kbd', { hasText: 'z' }).waitFor();
    await picture(page, `help-${language}`);
  });

  it('shows an uploader the failures of their own photos, and no quarantine', async () => {
    await server.upload(photo('lie'), `${language} own.jpg`, { model: 'null', uploader: 'joon' }, 40);
    const page = await open(language, '/images', { as: 'joon' });
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.waitForURL('**/failures');
    await page.locator('.failures-groups li').first().waitFor();
    expect(await page.getByRole('link', { name: t.failures, exact: true }).count()).toBeGreaterThan(0);
    expect(await page.getByRole('heading', { name: t.quarantine }).count()).toBe(0);
    await picture(page, `failures-uploader-${language}`);
  });

  it('closes the menu of a phone when one goes to the account by it', async () => {
    const page = await open(language, '/images', { viewport: { width: 360, height: 720 } });
    await page.getByRole('button', { name: t.menu }).click();
    await page.getByRole('dialog').getByRole('button', { name: /admin/ }).click();
    await page.getByRole('menuitem', { name: t.account }).click();
    await page.waitForURL('**/account');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await picture(page, `phone-account-${language}`);
  });

  it('names the button that tries a refused photo again', async () => {
    const page = await open(language, '/upload', { as: 'joon' });
    await choose(page, [jpeg('bad.jpg', Buffer.from('no photo'))]);
    await page.getByRole('button', { name: t.again, exact: true }).waitFor();
    await picture(page, `upload-retry-${language}`);
  });

  it('tells who listens only what lasts of an upload', async () => {
    const page = await open(language, '/upload', { as: 'joon' });
    await page.evaluate(() => {
      const told = ((window as any).told = [] as string[]);
      new MutationObserver(() => {
        const text = document.querySelector('.upload-overall [role="status"]')?.textContent ?? '';
        if (text && told.at(-1) !== text) told.push(text);
      }).observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    await choose(page, jpegs(12, 'good'));
    await page.locator('.upload-overall [role="status"]').getByText(t.all).waitFor();
    const told: string[] = await page.evaluate(() => (window as any).told);
    expect(told).toEqual([t.all]);
  });
});

it('keeps the threshold and the hidden classes from photo to photo', async () => {
  const first = await server.upload(samplePhoto(), 'walked one.jpg', {}, 40);
  const second = await server.upload(samplePhoto(), 'walked two.jpg', {}, 40);
  const page = await open('en', `/images/${second.id}?search=walked`);
  const threshold = page.locator('.image-threshold input');
  await threshold.fill('37');
  const shown = page.locator('.image-finds input[type="checkbox"]').first();
  await shown.uncheck();
  await page.locator('h1').click();
  await page.keyboard.press('j');
  await page.waitForURL(`**/images/${first.id}?search=walked`);
  await until('it is kept', async () => (await threshold.inputValue()) === '37');
  expect(await shown.isChecked()).toBe(false);
  await page.goto(`${server.url}/images`);
  await page.getByRole('row').first().waitFor();
});
