// What failed, by cause: two clicks to the root of one, one button to run all of them again, and the way out of quarantine.
import { beforeAll, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';

const { server, open } = journeys();
let crashed: { id: number; sha256: string };

beforeAll(async () => {
  await server.addUser('viewer', 'viewer');
  for (let count = 0; count < 3; count += 1) await server.upload(photo('lie'), `lies-${count}.jpg`, {}, 20);
  crashed = await server.upload(photo('segv'), 'crashes.jpg', {}, 30);
});

const words = {
  en: { title: 'The model’s answer cannot be used', quarantine: 'Quarantine', missing: 'Release' },
  ko: { title: '모델의 결과를 쓸 수 없어요', quarantine: '격리', missing: '격리 해제' },
};

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('tells causes with their photos, and leads to the root of one in two clicks', async () => {
    const page = await open(language, '/images');
    await page.locator('nav.side a[href="/failures"]').click();
    const group = page.locator('.failures-group', { hasText: 'model_output' });
    await group.getByRole('heading', { name: t.title }).waitFor();
    expect(await group.locator('.failures-count').textContent()).toMatch(/^3/);
    await page.getByRole('heading', { name: t.quarantine }).waitFor();
    await picture(page, `failures-${language}`);
    await expectAccessible(page);
    await expectFits(page);
    await group.locator('.failures-photo').first().click();
    await page.waitForURL('**/images/*');
    await page.getByRole('heading', { name: t.title }).waitFor();
    await page.locator('.jobs-attempt-error').first().waitFor();
  });
});

it('retries all of a cause, after it has counted them', async () => {
  const page = await open('en', '/failures');
  await server.pause();
  await page.locator('.failures-group', { hasText: 'model_output' }).getByRole('button', { name: 'Retry 3' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('3 jobs are queued again as new jobs.', { exact: false }).waitFor();
  await dialog.getByLabel('Reason').fill('the model was mended');
  await dialog.getByRole('button', { name: 'Retry 3' }).click();
  await page.getByText('3 jobs queued again').waitFor();
  await page.locator('.failures-group', { hasText: 'model_output' }).waitFor({ state: 'detached' });
  expect((await server.api('GET', '/api/v1/jobs?state=queued')).items).toHaveLength(3);
  await server.resume();
});

it('releases a photo from quarantine, and runs it again', async () => {
  const page = await open('en', '/failures');
  await page.getByRole('link', { name: `Photo ${crashed.id}` }).waitFor();
  await page.getByRole('button', { name: 'Release and retry' }).click();
  await page.getByText('Released, and 1 job queued again').waitFor();
  await until('a new job', async () => (await server.api('GET', `/api/v1/events?image=${crashed.id}`)).items.filter((event: { type: string }) => event.type === 'job.created').length > 0);
});

it('shows a viewer no action', async () => {
  const page = await open('en', '/failures', { as: 'viewer' });
  await page.getByRole('heading', { name: 'Quarantine' }).waitFor();
  expect(await page.getByRole('button', { name: /Retry|Release/ }).count()).toBe(0);
});

it('shows a photo that goes into quarantine on a page that is open', async () => {
  const page = await open('en', '/failures');
  await page.getByRole('heading', { name: 'Quarantine' }).waitFor();
  const image = await server.upload(photo('segv'), 'crashes.jpg');
  await page.getByRole('link', { name: `Photo ${image.id}` }).waitFor();
  await server.api('DELETE', `/api/v1/images/${image.id}`);
  await page.getByRole('link', { name: `Photo ${image.id}` }).waitFor({ state: 'detached' });
});
