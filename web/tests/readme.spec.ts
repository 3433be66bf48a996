// The pictures of the READMEs: the list of images after a few cuttings of the sample photo were processed. DARKROOM_PICTURES=1 writes them into docs/pictures.
import { copyFileSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { Browser, languages, logIn, picture } from './support/browser';
import { samplePhoto } from './support/photos';
import { Server, until } from './support/server';

let server: Server;

const titles = {
  en: ['Street, wide.jpg', 'Two of three.jpg', 'On the left.jpg', 'On the right.jpg', 'Sky.jpg', 'Mirrored.jpg'],
  ko: ['거리 전체.jpg', '세 사람 중 둘.jpg', '왼쪽 사람.jpg', '오른쪽 사람.jpg', '하늘.jpg', '좌우 반전.jpg'],
};
// x, y, width, height of each cutting; a negative width mirrors.
const cuttings = [[0, 0, 720, 480], [100, 100, 340, 380], [90, 120, 240, 340], [420, 120, 260, 340], [0, 0, 400, 160], [0, 0, -720, 480]];

beforeAll(async () => {
  server = await new Server({ model: 'demo' }).start();
});
afterAll(() => server.end());

it.each(languages)('shows the list in %s', async (language) => {
  await server.api('POST', '/api/v1/images/actions', { action: 'delete', filter: { all: true } });
  const browser = await Browser.open(language, { viewport: { width: 1240, height: 720 } });
  try {
    const page = await browser.page();
    await page.goto(server.url);
    const photos = await page.evaluate(
      async ({ text, cuts }) => {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
        const made: string[] = [];
        for (const [x, y, width, height] of cuts as [number, number, number, number][]) {
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [Math.abs(width), height];
          const context = canvas.getContext('2d')!;
          if (width < 0) context.setTransform(-1, 0, 0, 1, canvas.width, 0);
          context.drawImage(bitmap, x, y, canvas.width, height, 0, 0, canvas.width, height);
          made.push(canvas.toDataURL('image/jpeg', 0.9).split(',')[1]!);
        }
        return made;
      },
      { text: samplePhoto().toString('base64'), cuts: cuttings },
    );
    for (const [index, photo] of photos.entries()) await server.upload(Buffer.from(photo, 'base64'), titles[language][index]!, { priority: String(index === 1 ? 10 : 0) });
    await until('all are processed', async () => (await server.api('GET', '/api/v1/images?status=completed')).items.length === cuttings.length, 40_000);
    await logIn(page, server, '/images');
    await page.getByRole('row').filter({ hasText: titles[language][0]! }).waitFor();
    await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
    await page.mouse.move(0, 0);
    await picture(page, `readme-${language}`);
    if (process.env.DARKROOM_PICTURES) {
      const pictures = resolve(__dirname, '../../docs/pictures');
      mkdirSync(pictures, { recursive: true });
      copyFileSync(resolve(__dirname, `../screenshots/readme-${language}.png`), resolve(pictures, `page-${language}.png`));
    }
    expect(browser.faults).toEqual([]);
  } finally {
    await browser.close();
  }
});
