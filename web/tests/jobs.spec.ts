// All jobs, and one without a photo.
import { beforeAll, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';

const { server, open } = journeys();

beforeAll(async () => {
  await server.upload(photo(), 'one.jpg', {}, 20);
  await server.upload(photo('lie'), 'two.jpg', {}, 20);
  await server.api('PUT', '/api/v1/schedules/check', { cron: '0 0 1 1 *', kind: 'maintenance.cleanup' });
  await server.api('POST', '/api/v1/schedules/check/run');
  await until('a maintenance job', async () => (await server.api('GET', '/api/v1/jobs')).items.some((job: { kind: string; state: string }) => job.kind === 'maintenance.cleanup' && job.state === 'completed'));
});

it.each(languages)('lists them by state and kind in %s, and opens one that has no photo', async (language) => {
  const page = await open(language, '/jobs');
  await page.getByRole('link', { name: 'maintenance.cleanup' }).waitFor();
  await picture(page, `jobs-${language}`);
  await expectAccessible(page);
  await expectFits(page);
  const [state, kind] = await page.locator('.jobs-filters select').all();
  await state!.selectOption('failed');
  await until('the failed one alone', async () => (await page.locator('tbody tr').count()) === 1);
  expect(await page.locator('tbody').textContent()).toContain(language === 'ko' ? '모델의 결과를 쓸 수 없어요' : 'The model’s answer cannot be used');
  await state!.selectOption('');
  await kind!.selectOption('maintenance');
  await page.getByRole('link', { name: 'maintenance.cleanup' }).click();
  await page.waitForURL('**/jobs/*');
  await page.getByRole('heading', { name: 'maintenance.cleanup' }).waitFor();
  await page.locator('.jobs-attempt').first().waitFor();
  await expectAccessible(page);
  await expectFits(page);
  await picture(page, `job-${language}`);
});
