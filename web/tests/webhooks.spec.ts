// Webhooks: an endpoint is made with its secret, tested, changed; a delivery that was given up is replayed, one and many.
import { createHmac } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { Receiver } from './support/receiver';
import type { Received } from './support/receiver';
import { until } from './support/server';
import { withShared } from './support/words';

let status = 200; // that the receiver answers
const receiver = await Receiver.listen(() => ({ status, text: status === 200 ? '{"ok":true}' : 'the shop is closed' }));
const { received, url: hook } = receiver;
const { server, open } = journeys({ settings: receiver.settings, end: () => receiver.end() });

beforeAll(() => server.addUser('the-operator', 'operator'));
beforeEach(async () => {
  status = 200;
  for (const { id } of (await server.api('GET', '/api/v1/endpoints')).items) await server.api('DELETE', `/api/v1/endpoints/${id}`);
});

const words = withShared({
  en: { new: 'New endpoint', url: 'URL', about: 'Description', create: 'Create endpoint', test: 'Send a test', delivered: 'Delivered', given: 'Given up', again: 'Send again', many: 'Send many again', one: 'Send 1 again', state: 'State', rotate: 'Rotate secret', off: 'Disable', isOff: 'Disabled', held: 'Nothing is sent: webhooks are paused', toQueue: 'Show the queue', toDeliveries: 'Show the deliveries', resume: 'Resume', pause: 'Pause', noJobs: 'It has deliveries, not jobs.', nothingSent: 'Nothing is sent to anybody', failed: 'A photo failed for good' },
  ko: { new: '수신처 추가', url: 'URL', about: '설명', create: '수신처 추가', test: '테스트 보내기', delivered: '전송 완료', given: '전송 포기', again: '다시 보내기', many: '여러 건 다시 보내기', one: '1건 다시 보내기', state: '상태', rotate: '비밀 키 교체', off: '사용 중지', isOff: '사용 중지', held: '웹훅이 일시 정지되어 보내지 않고 있어요', toQueue: '대기열 보기', toDeliveries: '전송 내역 보기', resume: '다시 시작', pause: '일시 정지', noJobs: '작업이 아니라 전송을 다뤄요.', nothingSent: '아무 곳에도 보내지 않고', failed: '사진 처리 최종 실패' },
});

function isSigned(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mine = `v1,${createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(mine);
}

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('says that what waits is held while webhooks are paused, by whom and why, and its queue speaks of deliveries', async () => {
    await server.api('POST', '/api/v1/queues/webhooks/pause', { reason: 'they move' });
    const page = await open(language, '/webhooks', { as: 'the-operator' });
    await page.getByText(t.held).waitFor();
    await page.getByText('they move').waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `webhooks-paused-${language}`);
    await page.getByRole('link', { name: t.toQueue }).click();
    await page.waitForURL('**/queues?queue=webhooks');
    const card = page.locator('.queues-card[data-chosen]');
    await card.getByRole('button', { name: t.resume }).waitFor();
    expect(await card.locator('dl').count(), 'figures of jobs').toBe(0);
    await page.getByRole('link', { name: t.toDeliveries }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `queue-webhooks-${language}`);
    await card.getByRole('button', { name: t.resume }).click();
    await card.getByText(t.noJobs).waitFor();
    await card.getByRole('button', { name: t.pause }).click();
    await page.getByRole('dialog').getByText(t.nothingSent).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: t.toDeliveries }).click();
    await page.waitForURL('**/webhooks');
    await page.locator('.table-frame').waitFor();
    expect(await page.getByText(t.held).count()).toBe(0);
  });

  it('makes an endpoint, shows its secret once, tests, rotates, disables and deletes it', async () => {
    const page = await open(language, '/webhooks/endpoints');
    await page.locator('.empty').waitFor();
    await expectAccessible(page);
    await picture(page, `endpoints-empty-${language}`);
    await page.getByRole('button', { name: t.new }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.url, { exact: true }).fill('http://10.0.0.1/hook');
    await dialog.getByLabel(t.about).fill('The shop');
    await dialog.getByRole('button', { name: t.create }).click();
    await dialog.getByRole('alert').waitFor();
    await expectAccessible(page);
    await picture(page, `endpoint-new-${language}`);
    await dialog.getByLabel(t.url, { exact: true }).fill(`${hook}/shop`);
    await dialog.getByRole('checkbox').nth(1).check();
    await dialog.getByRole('button', { name: t.create }).click();
    const secret = (await page.locator('[data-secret]').textContent())!;
    await page.getByRole('button', { name: t.kept }).click();
    await page.waitForURL('**/webhooks/endpoints/*');
    await page.getByText(t.failed).waitFor();
    received.length = 0;
    await page.getByRole('button', { name: t.test }).click();
    await page.waitForURL('**/webhooks/deliveries/*');
    await page.locator('.facts').getByText(t.delivered).waitFor();
    const test = received.find((each) => each.path === '/shop')!;
    expect(JSON.parse(test.body)).toMatchObject({ type: 'endpoint.test' });
    expect(isSigned(secret, test)).toBe(true);
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `delivery-${language}`);

    await page.goBack();
    await page.getByRole('button', { name: t.more }).click();
    await page.getByRole('menuitem', { name: t.rotate }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.rotate }).click();
    const rotated = (await page.locator('[data-secret]').textContent())!;
    expect(rotated).not.toBe(secret);
    await page.getByRole('button', { name: t.kept }).click();
    await page.getByRole('button', { name: t.off }).click();
    await page.locator('.facts').getByText(t.isOff).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `endpoint-${language}`);
    await page.getByRole('button', { name: t.undo }).click();
    await page.getByRole('button', { name: t.off }).waitFor();
    await page.getByRole('button', { name: t.more }).click();
    await page.getByRole('menuitem', { name: t.remove }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.remove }).click();
    await page.waitForURL('**/webhooks/endpoints');
    expect((await server.api('GET', '/api/v1/endpoints')).items).toEqual([]);
  });

  it('sends again what was given up: one, and many after a dry run', async () => {
    const { endpoint } = await server.api('POST', '/api/v1/endpoints', { url: `${hook}/${language}`, description: 'The shop', events: ['job.completed'] });
    const fail = async () => {
      status = 410;
      const image = await server.upload(photo(), `night-${language}.jpg`, {}, 30);
      await until('it is given up', async () => (await server.api('GET', `/api/v1/deliveries?image=${image.id}&state=dead`)).items.length === 1);
      await server.api('POST', `/api/v1/endpoints/${endpoint.id}/enable`, {});
      return image;
    };
    const image = await fail();
    const page = await open(language, `/webhooks?image=${image.id}`, { as: 'the-operator' });
    await page.getByRole('row').nth(1).waitFor();
    await page.getByRole('cell', { name: t.given }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `deliveries-${language}`);
    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await page.getByText('the shop is closed').waitFor();
    status = 200;
    received.length = 0;
    await page.getByRole('button', { name: t.again }).click();
    await page.locator('.facts').getByText(t.delivered).waitFor();
    expect(received.map((each) => JSON.parse(each.body).data.image_id)).toEqual([image.id]);

    const other = await fail();
    status = 200;
    received.length = 0;
    await page.goto(`${server.url}/webhooks`);
    await page.getByRole('button', { name: t.many }).click();
    await page.getByRole('button', { name: t.one }).waitFor();
    await expectAccessible(page);
    await picture(page, `deliveries-replay-${language}`);
    expect(received).toEqual([]);
    await page.getByRole('button', { name: t.one }).click();
    await until('it arrives', () => received.length === 1);
    expect(JSON.parse(received[0]!.body).data.image_id).toBe(other.id);
    await until('the list says so', async () => (await page.getByRole('row').nth(1).textContent())?.includes(t.delivered));
  });
});

it('shows what becomes of a delivery on the pages of the photo and of the endpoint that are open', async () => {
  const { endpoint } = await server.api('POST', '/api/v1/endpoints', { url: `${hook}/live`, description: 'The shop', events: ['job.completed'] });
  status = 500;
  await server.pause();
  const image = await server.upload(photo(), 'told.jpg');
  const page = await open('en', `/images/${image.id}`);
  await page.getByText('Nobody was told of this photo.', { exact: false }).waitFor();
  const ofEndpoint = await page.context().newPage();
  await ofEndpoint.goto(`${server.url}/webhooks/endpoints/${endpoint.id}`);
  await ofEndpoint.getByRole('heading', { name: 'The shop' }).waitFor();
  await server.resume();
  // The event of the job brings the delivery; that it was tried is no event.
  await page.locator('.image-delivery').getByText('1 try', { exact: false }).waitFor();
  await ofEndpoint.getByRole('row').getByText('500').waitFor();
});
