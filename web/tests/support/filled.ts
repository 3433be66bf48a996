// A Darkroom in which each page has something to show: photos in every state, queues, a model, a webhook, users, an alert.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { MadeModels } from './models';
import { photo, samplePhoto } from './photos';
import { Receiver } from './receiver';
import { Server, until } from './server';

export type Cutting = readonly [number, number, number, number]; // x, y, width, height of the sample; a negative width mirrors
export const cuttings: readonly Cutting[] = [[0, 0, 720, 480], [100, 100, 340, 380], [90, 120, 240, 340], [420, 120, 260, 340], [0, 0, 400, 160], [0, 0, -720, 480]];
const otherCuttings: readonly Cutting[] = [[20, 20, 500, 400], [300, 60, 400, 400], [0, 60, 400, 400], [200, 160, 300, 300], [400, 0, 320, 240]];
export const titles = {
  en: ['Street, wide.jpg', 'Two of three.jpg', 'On the left.jpg', 'On the right.jpg', 'Sky.jpg', 'Mirrored.jpg'],
  ko: ['거리 전체.jpg', '세 사람 중 둘.jpg', '왼쪽 사람.jpg', '오른쪽 사람.jpg', '하늘.jpg', '좌우 반전.jpg'],
};

// Photos cut out of the sample, by the browser, which can draw.
export async function cutOut(page: Page, cuts: readonly Cutting[]): Promise<Buffer[]> {
  const texts = await page.evaluate(
    async ({ text, all }) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      return all.map(([x, y, width, height]) => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [Math.abs(width), height];
        const context = canvas.getContext('2d')!;
        if (width < 0) context.setTransform(-1, 0, 0, 1, canvas.width, 0);
        context.drawImage(bitmap, x, y, canvas.width, height, 0, 0, canvas.width, height);
        return canvas.toDataURL('image/jpeg', 0.9).split(',')[1]!;
      });
    },
    { text: samplePhoto().toString('base64'), all: cuts },
  );
  return texts.map((text) => Buffer.from(text, 'base64'));
}

export interface Filled {
  server: Server;
  image: number; // with a result
  failed: number;
  waiting: number;
  job: string; // without a photo
  delivery: string;
  endpoint: string;
  end: () => Promise<void>;
}

export async function fill(page: Page, language: 'en' | 'ko'): Promise<Filled> {
  const ends: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const each of ends.reverse()) await each();
  };
  return fillThen(page, language, ends).then(
    (filled) => ({ ...filled, end }),
    async (cause: unknown) => {
      await end();
      throw cause;
    },
  );
}

async function fillThen(page: Page, language: 'en' | 'ko', ends: (() => Promise<void>)[]): Promise<Omit<Filled, 'end'>> {
  let status = 200;
  // A model that takes very long, and a shop.
  const receiver = await Receiver.listen(({ path }) => (path === '/model' ? null : { status, text: status === 200 ? '{"ok":true}' : 'the shop has moved' }));
  const models = new MadeModels();
  const folder = models.path('models');
  mkdirSync(join(folder, 'thorough'), { recursive: true });
  writeFileSync(join(folder, 'thorough', 'model.toml'), `engine = "http"\nurl = "${receiver.url}/model"\ntimeout_seconds = 3000\n`);

  const settings = { models_dir: folder, run_soft_limit_seconds: '3000', run_hard_limit_seconds: '3600', watch_queued_jobs: '1', watch_queued_seconds: '0', ...receiver.settings };
  ends.push(async () => {
    receiver.end();
    models.end();
  });
  const server = await new Server({ model: 'demo', testMode: true, settings }).start();
  ends.push(() => server.end());

  for (const [name, role] of [['minji', 'operator'], ['joon', 'uploader'], ['sora', 'viewer']] as const) await server.addUser(name, role);
  await server.api('POST', '/api/v1/tokens', { name: 'shop', scopes: ['images:read', 'images:write'] });
  await models.add(server, 'colours', 'family_yolov8.onnx');
  await server.api('PUT', '/api/v1/schedules/nightly', { cron: '30 3 * * *', zone: 'Asia/Seoul', kind: 'maintenance.cleanup' });
  await server.api('POST', '/api/v1/schedules/nightly/run');

  await page.goto(server.url);
  const photos = await cutOut(page, cuttings);
  const images: { id: number }[] = [];
  for (const [index, each] of photos.entries()) images.push(await server.upload(each, titles[language][index]!, { priority: String(index === 1 ? 10 : 0), uploader: index % 2 ? 'minji' : 'joon' }, 40));
  const failed = await server.upload(photo('lie'), language === 'ko' ? '실패한 사진.jpg' : 'Failed.jpg', { model: 'null' }, 40);
  await server.upload(photo('segv'), language === 'ko' ? '격리된 사진.jpg' : 'Crashed.jpg', { model: 'null' }, 40);

  const { endpoint } = await server.api('POST', '/api/v1/endpoints', { url: `${receiver.url}/hook`, description: language === 'ko' ? '쇼핑몰' : 'The shop', events: ['job.completed'] });
  const delivered = async (image: number, state: string): Promise<string> =>
    (await until(`a delivery of ${image} is ${state}`, async () => (await server.api('GET', `/api/v1/deliveries?image=${image}&state=${state}`)).items[0])).id;
  await server.api('POST', `/api/v1/images/${images[0]!.id}/reprocess`, {});
  await delivered(images[0]!.id, 'delivered');
  status = 410;
  await server.api('POST', `/api/v1/images/${images[1]!.id}/reprocess`, {});
  const delivery = await delivered(images[1]!.id, 'dead');
  status = 200;
  await server.api('POST', `/api/v1/endpoints/${endpoint.id}/enable`, {});

  const job = (await until('the nightly job', async () => (await server.api('GET', '/api/v1/jobs')).items.find((each: { kind: string; state: string }) => each.kind === 'maintenance.cleanup' && each.state === 'completed'))).job_id;
  const others = await cutOut(page, otherCuttings);
  const running = await server.upload(others.shift()!, language === 'ko' ? '오래 걸리는 사진.jpg' : 'Takes long.jpg', { model: 'thorough' });
  await until('it runs', async () => (await server.image(running.id)).status === 'processing');
  await server.pause(language === 'ko' ? '디스크 교체' : 'the disk is being changed');
  const waiting = await server.upload(others[0]!, language === 'ko' ? '기다리는 사진.jpg' : 'Waits.jpg');
  for (let count = 1; count < others.length; count += 1) await server.upload(others[count]!, `${language === 'ko' ? '또 기다리는 사진' : 'Waits too'} ${count}.jpg`, { uploader: 'minji', priority: String(count * 5) });
  await server.api('POST', '/api/v1/schedules/watch_resources/run');
  await until('an alert', async () => (await server.api('GET', '/api/v1/alerts')).items.length > 0);
  return { server, image: images[0]!.id, failed: failed.id, waiting: waiting.id, job, delivery, endpoint: endpoint.id };
}
