// One photo's page: what was found lies where it belongs, also in photos that were turned; walking, waiting, failing, and what may be done.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo, samplePhoto, withOrientation } from './support/photos';
import { Receiver } from './support/receiver';
import { until } from './support/server';

type Box = [number, number, number, number];

const receiver = await Receiver.listen(() => ({ text: 'thank you' }));

// Where each mark is drawn, in pixels of the photo as it is seen.
async function drawn(page: Page): Promise<Box[]> {
  await page.locator('.image-photo:not(.skeleton) img').waitFor();
  return page.evaluate(() => {
    const picture = document.querySelector<HTMLImageElement>('.image-photo img')!;
    const frame = picture.getBoundingClientRect();
    const scale = picture.naturalWidth / frame.width;
    return [...document.querySelectorAll('.image-mark')]
      .sort((a, b) => Number(a.getAttribute('data-find')) - Number(b.getAttribute('data-find')))
      .map((mark) => {
        const box = mark.querySelector('rect')!.getBoundingClientRect();
        return [(box.left - frame.left) * scale, (box.top - frame.top) * scale, (box.right - frame.left) * scale, (box.bottom - frame.top) * scale] as [number, number, number, number];
      });
  });
}

const apart = (a: Box, b: Box) => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));

// The sample lying on its side in the file, and EXIF 6, which says to turn it.
async function turnedSample(page: Page): Promise<Buffer> {
  const lying = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const canvas = new OffscreenCanvas(bitmap.height, bitmap.width);
    const context = canvas.getContext('2d')!;
    context.translate(0, bitmap.width);
    context.rotate(-Math.PI / 2);
    context.drawImage(bitmap, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.97 });
    return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())).toString());
  }, samplePhoto().toString('base64'));
  return withOrientation(Buffer.from(lying, 'base64'), 6);
}

describe('with a model', () => {
  const { server, open } = journeys({ model: 'demo' });
  let objects: { class: string; confidence: number | null; bbox: Box }[];

  beforeAll(async () => {
    const image = await server.upload(samplePhoto(), 'street.jpg', {}, 30);
    objects = image.result.result.detected_objects;
    expect(objects.length).toBeGreaterThan(1);
  });

  it.each(languages)('draws what was found where it is, and links it with the list, in %s', async (language) => {
    const page = await open(language, '/images/1');
    const marks = await drawn(page);
    expect(marks).toHaveLength(objects.length);
    marks.forEach((mark, index) => expect(apart(mark, objects[index]!.bbox), `mark ${index}`).toBeLessThan(2));

    await page.locator('.image-find').nth(1).hover();
    expect(await page.locator('.image-mark[data-active]').getAttribute('data-find')).toBe(await page.locator('.image-find').nth(1).getAttribute('data-find'));
    await page.locator('.image-find').nth(0).focus();
    expect(await page.locator('.image-mark[data-active]').count()).toBe(1);
    await page.locator('.image-mark rect').last().hover();
    await page.locator('.image-find[data-active]').waitFor();

    await page.locator('.image-stage').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    expect(await page.locator('.image-stage').getAttribute('data-zoomed')).not.toBeNull();
    (await drawn(page)).forEach((mark, index) => expect(apart(mark, objects[index]!.bbox), `zoomed mark ${index}`).toBeLessThan(2));
    await page.keyboard.press('0');
    expect(await page.locator('.image-stage').getAttribute('data-zoomed')).toBeNull();
    await picture(page, `image-${language}`);
    await expectAccessible(page);
    await expectFits(page);
  });

  it('hides what is below the threshold, and classes that are not wanted', async () => {
    const page = await open('en', '/images/1');
    await page.locator('.image-mark').first().waitFor({ state: 'attached' });
    const threshold = 1; // nothing is as sure as that
    await page.locator('.image-threshold input').fill(String(Math.round(threshold * 100)));
    const left = objects.filter((object) => object.confidence === null || object.confidence >= threshold).length;
    expect(left).toBeLessThan(objects.length);
    await until('the marks that are left', async () => (await page.locator('.image-mark').count()) === left);
    expect(await page.locator('.image-find').count()).toBe(left);
    await page.locator('.image-threshold input').fill('0');
    for (const box of await page.locator('.image-classes input').all()) await box.uncheck();
    expect(await page.locator('.image-mark').count()).toBe(0);
  });

  it('lies right over a photo that its EXIF turns', async () => {
    const page = await open('en', '/images/1');
    const image = await server.upload(await turnedSample(page), 'turned.jpg', {}, 30);
    expect(image.result.image_info.orientation).toBe(6);
    await page.goto(`${server.url}/images/${image.id}`);
    const marks = await drawn(page);
    const size = await page.locator('.image-photo img').evaluate((picture: HTMLImageElement) => [picture.naturalWidth, picture.naturalHeight]);
    expect(size).toEqual([720, 480]);
    // The people are where they are in the photo that stands upright from the start.
    const people = objects.filter((object) => object.class === 'person');
    for (const person of people) expect(Math.min(...marks.map((mark) => apart(mark, person.bbox))), JSON.stringify(person)).toBeLessThan(25);
    await picture(page, 'image-turned');
  });

  it('compares two results, and marks what differs', async () => {
    const image = await server.upload(samplePhoto(), 'twice.jpg', {}, 30);
    await server.api('POST', `/api/v1/images/${image.id}/reprocess`, {});
    await until('both results', async () => (await server.api('GET', `/api/v1/images/${image.id}/results`)).items.length === 2);
    const page = await open('en', `/images/${image.id}`);
    await page.getByRole('button', { name: 'Compare results' }).click();
    await page.getByText('Nothing differs.').waitFor();
    await page.getByLabel('In both').check();
    await until('each thing, of both results', async () => (await page.locator('.image-mark').count()) === 2 * objects.length);
    await page.getByLabel('Side by side').check();
    await until('two photos', async () => (await page.locator('.image-stage').count()) === 2);
    await picture(page, 'image-compare');
    await expectAccessible(page);
    await expectFits(page);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('heading', { name: /^Found/ }).waitFor();
  });

  it('shows the result as JSON, and gives it as a file', async () => {
    const page = await open('en', '/images/1');
    await page.getByText('Show', { exact: true }).click();
    expect(JSON.parse((await page.locator('.image-json').textContent())!).schema).toBe('darkroom.result/1');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download JSON' }).click()]);
    expect(file.suggestedFilename()).toBe('street.jpg.json');
  });
});

describe('with photos that wait and fail', () => {
  const { server, open } = journeys({ settings: receiver.settings, end: () => receiver.end() });
  const told = () => receiver.received.map(({ headers }) => headers['webhook-id']);

  beforeAll(async () => {
    await server.addUser('viewer', 'viewer');
    for (const name of ['one', 'two', 'three']) await server.upload(photo(), `${name}.jpg`, {}, 20);
  });

  it('walks through the list by keys, within its conditions', async () => {
    const page = await open('en', '/images/1?status=completed&sort=oldest');
    await page.getByRole('button', { name: 'Next photo' }).and(page.locator(':enabled')).waitFor();
    await page.keyboard.press('j');
    await page.waitForURL('**/images/2?status=completed&sort=oldest');
    await page.getByRole('heading', { name: 'two.jpg' }).waitFor();
    await page.getByRole('button', { name: 'Previous photo' }).and(page.locator(':enabled')).waitFor();
    await page.keyboard.press('k');
    await page.waitForURL('**/images/1?**');
  });

  it.each([
    ['en', 'The queue ai_processing was paused by admin: “the disk is being changed”.', 'Completed'],
    ['ko', 'admin 님이 대기열 ai_processing을(를) 일시 정지했어요: “the disk is being changed”.', '완료'],
  ] as const)('says in %s why it waits, and goes on by itself', async (language, sentence, completed) => {
    await server.pause('the disk is being changed');
    const image = await server.upload(photo(), 'waits.jpg');
    const page = await open(language, `/images/${image.id}`);
    await page.getByText(sentence).waitFor();
    await picture(page, `image-waiting-${language}`);
    const top = () => page.locator('.image-top').evaluate((element) => Math.round(element.getBoundingClientRect().top));
    const before = await top();
    await server.resume();
    await page.locator('.image-facts .chip', { hasText: completed }).waitFor();
    await page.getByText(sentence).waitFor({ state: 'detached' });
    expect(await top()).toBeGreaterThanOrEqual(before); // the photo does not jump up to where the sentence stood
  });

  it.each([
    ['en', 'The model’s answer cannot be used', 'Retry'],
    ['ko', '모델의 결과를 쓸 수 없어요', '재시도'],
  ] as const)('says in %s why it failed, and runs it again', async (language, title, retry) => {
    const image = await server.upload(photo('lie'), 'lies.jpg', {}, 20);
    expect(image.error_code).toBe('model_output');
    const page = await open(language, `/images/${image.id}`);
    await page.getByRole('heading', { name: title }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `image-failed-${language}`);
    await page.getByRole('button', { name: retry, exact: true }).click();
    await until('a new job', async () => (await server.image(image.id)).job_id !== image.job_id);
  });

  it('tells whom the result was told, with each try, and tells it again', async () => {
    const endpoint = (await server.api('POST', '/api/v1/endpoints', { url: `${receiver.url}/hook`, description: 'shop' })).endpoint;
    const image = await server.upload(photo(), 'told.jpg', {}, 20);
    await until('it was told', () => told().length === 1);
    const page = await open('en', `/images/${image.id}`);
    const card = page.getByRole('region', { name: 'Webhooks' });
    await card.getByText('Delivered').waitFor();
    await card.getByText('Each try').click();
    await card.getByText('thank you').waitFor();
    await card.getByRole('button', { name: 'Send again' }).click();
    await until('it was told again', () => told().length === 2);
    expect(told()[1]).toBe(told()[0]);
    await server.api('DELETE', `/api/v1/endpoints/${endpoint.id}`);
  });

  it('edits the title, and takes it back', async () => {
    const page = await open('en', '/images/1');
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Edit title …' }).click();
    await page.getByRole('textbox', { name: 'Title' }).fill('Beach at dawn');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Beach at dawn' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'one.jpg' }).waitFor();
  });

  it('deletes with a preview, and takes it back', async () => {
    const image = await server.upload(photo(), 'goes.jpg', {}, 20);
    const page = await open('en', `/images/${image.id}`);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete …' }).click();
    await page.getByText('“goes.jpg” goes with its job, all results and pictures.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/images');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'goes.jpg' }).waitFor();
    expect((await server.image(image.id)).title).toBe('goes.jpg');
  });

  it('shows a viewer no action, and nobody a photo that is not there', async () => {
    const page = await open('en', '/images/1', { as: 'viewer' });
    await page.locator('.image-facts .chip').first().waitFor();
    for (const name of ['Process again', 'Retry', 'Cancel job']) expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    expect(await page.locator('#image-deliveries').count()).toBe(0);
    await page.getByRole('button', { name: 'More actions' }).click();
    const entries = await page.getByRole('menuitem').allTextContents();
    expect(entries.filter((text) => !/JSON|boxes/.test(text))).toEqual([]);
    await page.goto(`${server.url}/images/999`);
    await page.getByText('There is no such photo').waitFor();
  });
});
