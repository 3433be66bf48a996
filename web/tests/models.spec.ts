// Models: added by drop, read with evidence, chosen where a file can be read in two ways, swapped, rolled back, removed.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { transferOf } from './support/files';
import { journeys } from './support/journey';
import { MadeModels } from './support/models';
import { until } from './support/server';
import { withShared } from './support/words';

const models = new MadeModels();
const { server, open } = journeys({ model: 'demo', end: () => models.end() });

const words = withShared({
  en: { add: 'Add a model', send: 'Add', active: 'Takes photos', convention: 'convention', choose: 'It can be read in more than one way', read: 'Read it so', refused: 'The model cannot be used', back: 'Roll back to it', remove: 'Remove model', version: 'New version', current: 'Current', close: 'Cancel', removeVersion: 'Remove version' },
  ko: { add: '모델 추가', send: '추가', active: '사용 중', convention: '관례', choose: '여러 방식으로 읽을 수 있는 모델이에요', read: '이 방식으로 읽기', refused: '사용할 수 없는 모델이에요', back: '이 버전으로 되돌리기', remove: '모델 삭제', version: '새 버전', current: '현재', close: '취소', removeVersion: '버전 삭제' },
});

// Drops files on the middle of the window, as a person does.
async function drop(page: Page, ...names: string[]): Promise<void> {
  const data = await transferOf(page, names.map((name) => ({ name, buffer: models.read(name) })));
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('#content', type, { dataTransfer: data });
}

const model = async (name: string) => (await server.api('GET', `/api/v1/models/${name}`)).model;

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('adds a model by drop and shows from what it was recognised', async () => {
    const name = `detector-${language}`;
    const page = await open(language, '/models');
    await page.getByRole('link', { name: 'demo' }).waitFor();
    await drop(page, 'family_yolo26.onnx');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('family_yolo26.onnx').waitFor();
    await dialog.getByLabel(t.name).fill(name);
    await expectAccessible(page);
    await picture(page, `models-add-${language}`);
    await dialog.getByRole('button', { name: t.send, exact: true }).click();
    await page.waitForURL(`**/models/${name}`, { timeout: 30_000 });
    await page.locator('.facts').getByText(t.active).waitFor();
    await page.getByText('end2end').first().waitFor();
    expect(await page.locator('.models-because .chip', { hasText: t.convention }).count()).toBeGreaterThan(3);
    expect(await model(name)).toMatchObject({ state: 'active', family: 'yolo_end2end' });
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `model-${language}`);
    await page.goto(`${server.url}/models`);
    await page.getByRole('link', { name }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `models-${language}`);
  });

  it('asks how an ambiguous file is to be read, and says why a broken one is refused', async () => {
    const name = `either-${language}`;
    const page = await open(language, '/models');
    await page.getByRole('link', { name: 'demo' }).waitFor();
    await drop(page, 'ambiguous.onnx');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.name).fill(name);
    await dialog.getByRole('button', { name: t.send, exact: true }).click();
    await page.getByRole('dialog', { name: t.choose }).waitFor({ timeout: 30_000 });
    await expectAccessible(page);
    await picture(page, `models-choose-${language}`);
    await dialog.getByRole('radio').nth(1).check();
    const wanted = await dialog.locator('.choice .name').nth(1).textContent();
    await dialog.getByRole('button', { name: t.read }).click();
    await page.waitForURL(`**/models/${name}`, { timeout: 30_000 });
    expect(wanted).toContain((await model(name)).family);

    await page.goto(`${server.url}/models`);
    await page.getByRole('button', { name: t.add }).click();
    await dialog.getByLabel(t.name).fill('wrong name!');
    expect(await dialog.getByRole('button', { name: t.send, exact: true }).isDisabled()).toBe(true);
    await dialog.locator('input[type="file"]').setInputFiles(models.path('garbage.onnx'));
    await dialog.getByLabel(t.name).fill(`broken-${language}`);
    await dialog.getByRole('button', { name: t.send, exact: true }).click();
    await dialog.getByText(t.refused).waitFor({ timeout: 30_000 });
    await picture(page, `models-refused-${language}`);
    await dialog.getByRole('button', { name: t.close }).click();
  });

  it('swaps to a new version, rolls back, removes', async () => {
    const name = `swapped-${language}`;
    await models.add(server, name, 'family_yolo26.onnx');
    const first = (await model(name)).version;
    const page = await open(language, `/models/${name}`);
    await page.locator('.facts').getByText(t.active).waitFor();
    await drop(page, 'family_yolov8.onnx');
    await page.getByRole('dialog').getByRole('button', { name: t.send, exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 30_000 });
    const second = (await model(name)).version;
    expect(second).not.toBe(first);
    const row = page.getByRole('row', { name: new RegExp(first) });
    await row.getByRole('button', { name: t.back }).click();
    await row.getByText(t.current).waitFor({ timeout: 30_000 });
    expect((await model(name)).version).toBe(first);
    await page.getByRole('button', { name: t.undo }).click();
    await until('the newer one runs again', async () => (await model(name)).version === second);
    await row.getByRole('button', { name: t.removeVersion }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.removeVersion }).click();
    await row.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: t.remove }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.remove }).click();
    await page.waitForURL('**/models');
    expect((await server.api('GET', '/api/v1/models')).items.map((each: { name: string }) => each.name)).not.toContain(name);
  });
});
