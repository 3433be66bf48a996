// Uploads: many at once, thumbnails at once, a reload, a lost connection and a server that is killed meanwhile; none lost, none twice.
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { choose, jpeg, jpegs, transferOf } from './support/files';
import { journeys } from './support/journey';
import { photo, samplePhoto, withOrientation } from './support/photos';
import { until } from './support/server';

const { server, open } = journeys({ anew: true });
let page: Page;

const words = {
  en: { all: (count: number) => `All ${count} photos sent`, before: 'Sent before', anyway: 'Send all the same', refused: 'Refused', pause: 'Pause', resume: 'Go on', see: 'Show in the list', progress: '20 of 20 finished', priority: 'Priority', completed: 'Completed' },
  ko: { all: (count: number) => `사진 ${count}장을 모두 올렸어요`, before: '이미 올린 사진', anyway: '그래도 올리기', refused: '거절됨', pause: '일시정지', resume: '이어서 올리기', see: '목록에서 보기', progress: '20장 중 20장 끝남', priority: '우선순위', completed: '완료' },
};

const images = async () => {
  const all: any[] = [];
  let cursor = '';
  do {
    const answer = await server.api('GET', `/api/v1/images?limit=200${cursor ? `&cursor=${cursor}` : ''}`);
    all.push(...answer.items);
    cursor = answer.next_cursor ?? '';
  } while (cursor);
  return all;
};

// Drops files on the page as a person does, without the dialog that chooses them.
async function drop(files: { name: string; buffer: Buffer }[]): Promise<void> {
  await until('the page takes what is dropped', () =>
    page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([], 'over.jpg'));
      document.body.dispatchEvent(new DragEvent('dragenter', { bubbles: true, cancelable: true, dataTransfer: transfer }));
      return document.querySelector('.drop-anywhere') !== null;
    }),
  );
  await page.evaluate((dataTransfer) => {
    for (const type of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
  }, await transferOf(page, files));
}

const newest = async (): Promise<number> => (await server.api('GET', '/api/v1/images?limit=1')).items[0]?.id ?? 0;

// Lets `count` pieces of photos through to the server, and holds the others until it is opened.
async function gate(count: number): Promise<() => void> {
  let passed = 0;
  let opened: () => void = () => undefined;
  const open = new Promise<void>((done) => (opened = done));
  await page.route('**/api/v1/uploads/**', async (route) => {
    if (route.request().method() === 'PATCH' && (passed += 1) > count) await open;
    await route.continue();
  });
  return opened;
}

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('sends 20 photos with a priority, shows them finish live, and knows one that was sent before', async () => {
    page = await open(language, '/upload');
    await expectAccessible(page);
    await page.getByRole('spinbutton', { name: t.priority }).fill('7');
    const first = photo();
    await choose(page, [jpeg('first.jpg', first), ...jpegs(19, 'photo ')]);
    await page.getByText(t.all(20)).waitFor();
    await until('all are shown as completed', async () => (await page.locator('.upload-row').getByText(t.completed).count()) === 20);
    expect((await images()).map((image) => image.priority)).toEqual(Array(20).fill(7));
    await page.getByRole('link', { name: t.see }).click();
    await page.getByText(t.progress).waitFor();
    await until('all are in the list', async () => (await page.getByRole('row').count()) === 21);
    await expectAccessible(page);
    await page.goBack();
    await choose(page, [jpeg('the same again.jpg', first)]);
    await page.getByText(t.before).waitFor();
    await picture(page, `upload-${language}`);
    await expectFits(page);
    await expectAccessible(page);
    expect((await images()).length).toBe(20);
    await page.getByRole('button', { name: t.anyway }).click();
    await until('it is sent all the same', async () => (await images()).length === 21);
  });

  it('says what is wrong with a file that is refused, and goes on with the others', async () => {
    page = await open(language, '/upload');
    await choose(page, [jpeg('good.jpg'), jpeg('bad.jpg', Buffer.from('this is no photo at all')), jpeg('also good.jpg')]);
    await page.locator('.upload-row').filter({ hasText: 'bad.jpg' }).getByText(t.refused).waitFor();
    await page.getByText(language === 'ko' ? 'JPEG, PNG, WebP, GIF 중 하나로 보내 주세요.' : 'Send JPEG, PNG, WebP or GIF.').waitFor();
    await until('the others are sent', async () => (await images()).length === 2);
    await picture(page, `upload-refused-${language}`);
  });
});

it('takes what is dropped anywhere, and leaves out what is no photo', async () => {
  page = await open('en', '/images');
  await drop([jpeg('dropped.jpg'), { name: 'notes.txt', buffer: Buffer.from('notes') }]);
  await page.waitForURL('**/upload');
  await page.getByText('1 file is no photo and left out.').waitFor();
  await page.getByText('1 photo sent').waitFor();
});

it('shows a photo the right way up before it is sent', async () => {
  // Orientation 6: it is stored lying, 2 wide and 1 high, left half black.
  page = await open('en', '/upload');
  const file = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 200;
    canvas.height = 100;
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'white';
    context.fillRect(0, 0, 200, 100);
    context.fillStyle = 'black';
    context.fillRect(0, 0, 100, 100);
    const blob = await new Promise<Blob>((done) => canvas.toBlob((made) => done(made!), 'image/jpeg'));
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  const go = await gate(0);
  await choose(page, [jpeg('lying.jpg', withOrientation(Buffer.from(file, 'base64'), 6))]);
  const halves = await until('the thumbnail is drawn', () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.upload-thumb');
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      if (!canvas || !data || !data.data[3]) return null;
      const at = (x: number, y: number) => data.data[(y * canvas.width + x) * 4]!;
      return { top: at(canvas.width / 2, 5), bottom: at(canvas.width / 2, canvas.height - 5) };
    }),
  );
  // Upright, the black half is on top.
  expect(halves.top).toBeLessThan(60);
  expect(halves.bottom).toBeGreaterThan(200);
  expect((await images()).length).toBe(0);
  go();
  await page.getByText('1 photo sent').waitFor();
});

it('draws the thumbnail of a photo that is sent before one can look', async () => {
  page = await open('en', '/upload');
  // The list of uploads is below the window, so that nothing is drawn before it is scrolled to.
  await page.setViewportSize({ width: 1440, height: 200 });
  await choose(page, [jpeg('fast.jpg')]);
  await page.getByText('1 photo sent').waitFor();
  await page.locator('.upload-row').scrollIntoViewIfNeeded();
  await until('the thumbnail is drawn', () => page.evaluate(() => document.querySelector<HTMLCanvasElement>('canvas.upload-thumb')?.getContext('2d')?.getImageData(20, 20, 1, 1).data[3]));
});

it('pauses and goes on', async () => {
  page = await open('en', '/upload');
  const go = await gate(6);
  await choose(page, jpegs(30, 'p'));
  await until('some are sent', async () => (await images()).length === 6);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused').waitFor();
  await until('nothing is on its way any more', async () => (await page.locator('.upload-row [role="progressbar"]').count()) === 0);
  expect((await images()).length).toBe(6);
  go();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('All 30 photos sent').waitFor();
  expect((await images()).length).toBe(30);
});

it('also stops a photo that has its address at the server and has not sent a byte', async () => {
  page = await open('en', '/upload');
  // Pause is pressed in the very moment in which the address is kept.
  await page.evaluate(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      if (value.location && value.sent === 0) {
        IDBObjectStore.prototype.put = put;
        [...document.querySelectorAll('button')].find((button) => button.textContent === 'Pause')!.click();
      }
      return put.call(this, value, key);
    };
  });
  await choose(page, [jpeg('between.jpg')]);
  await page.getByText('Paused').waitFor();
  await until('it is not on its way any more', async () => (await page.locator('.upload-row [role="progressbar"]').count()) === 0);
  expect((await images()).length).toBe(0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('1 photo sent').waitFor();
});

it('goes on after a reload, and sends nothing twice', async () => {
  page = await open('en', '/upload');
  const go = await gate(6);
  await choose(page, jpegs(40, 'r'));
  await until('some are sent', async () => (await newest()) === 6);
  await page.reload();
  go();
  await page.getByText('All 40 photos sent').waitFor();
  const titles = (await images()).map((image) => image.title).sort();
  expect(titles).toEqual(Array.from({ length: 40 }, (_, number) => `r${number}.jpg`).sort());
});

it('sends 1,000 small photos that are dropped at once, with the server killed in between', async () => {
  page = await open('en', '/upload');
  await choose(page, jpegs(1000, 'n'));
  await until('some are sent', async () => (await newest()) > 150, 60_000);
  await server.kill();
  await page.getByText('The server does not answer.').waitFor();
  await server.start();
  await page.getByText('All 1000 photos sent').or(page.getByText('All 1,000 photos sent')).waitFor({ timeout: 90_000 });
  const titles = (await images()).map((image) => image.title);
  expect(titles.length).toBe(1000);
  expect(new Set(titles).size).toBe(1000);
  await picture(page, 'upload-thousand');
}, 150_000);

it('sends a real photo, in pieces that can be resumed', async () => {
  page = await open('en', '/upload');
  await choose(page, [jpeg('sample.jpg', samplePhoto())]);
  await page.getByText('1 photo sent').waitFor();
  const [image] = await images();
  expect(image.bytes).toBe(samplePhoto().length);
});
