// Workers with what their slots run, alerts with what to do, the audit with its filters, settings.
import { beforeAll, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { photo } from './support/photos';
import { until } from './support/server';

const { server, open } = journeys({ settings: { watch_queued_jobs: '1', watch_queued_seconds: '0' } });

beforeAll(async () => {
  await server.addUser('minji', 'viewer');
});

const words = {
  en: { busy: '1 of 2 busy', none: 'Nothing runs', well: 'All is well', long: 'The queue is long', says: '3 jobs are queued, for 0 ms or longer; the bound is 1.', todo: 'To the queues', created: 'Created a user', saved: 'Set up a user', users: 'Users', who: 'Who', what: 'What', none2: 'Nothing fits these filters', until: 'Until', zone: 'Time zone', version: 'Darkroom 0.', language: 'Language', korean: '설정' },
  ko: { busy: '2개 중 1개 사용 중', none: '실행 중인 작업이 없어요', well: '모두 정상이에요', long: '대기열이 길어요', says: '작업 3건이 0ms 넘게 대기 중이에요. (기준: 1건)', todo: '대기열 보기', created: '사용자 추가', saved: '사용자 설정', users: '사용자', who: '누가', what: '무엇을', none2: '조건에 맞는 기록이 없어요', until: '끝', zone: '시간대', version: 'Darkroom 0.', language: '언어', korean: '설정' },
};

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('shows what a slot runs, while it runs', async () => {
    const page = await open(language, '/workers');
    await page.getByText(t.none).waitFor();
    const image = await server.upload(photo('slow:100000'), 'slow.jpg');
    await page.getByText(t.busy).waitFor();
    await page.locator(`a[href="/images/${image.id}"]`).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `workers-${language}`);
    await server.api('POST', '/api/v1/images/actions', { action: 'delete', filter: { all: true } });
    await page.getByText(t.none).waitFor();
  });

  it('raises an alert that says what to do, and lets it go', async () => {
    const page = await open(language, '/alerts');
    await page.getByText(t.well).waitFor();
    await picture(page, `alerts-none-${language}`);
    await server.pause('test');
    for (let count = 0; count < 3; count += 1) await server.upload(photo(), `waits-${count}.jpg`);
    const look = () => server.api('POST', '/api/v1/schedules/watch_resources/run');
    await look();
    await page.getByText(t.long).first().waitFor();
    await page.getByRole('list').getByText(t.says).waitFor();
    await page.getByRole('link', { name: t.todo }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `alerts-${language}`);
    await server.resume();
    await until('the queue is empty', async () => (await server.api('GET', '/api/v1/status')).jobs.queued === 0);
    await look();
    await page.getByText(t.well).waitFor();
    await page.getByRole('cell', { name: t.long }).first().waitFor();
    await page.getByRole('cell', { name: t.says }).first().waitFor();
  });

  it('tells who did what, by person, kind and day', async () => {
    const page = await open(language, '/audit');
    await page.getByText(t.created).first().waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `audit-${language}`);
    await page.getByLabel(t.what, { exact: true }).selectOption('account');
    const made = page.getByRole('row').filter({ hasText: t.created }).getByRole('link', { name: 'minji' });
    await made.waitFor();
    await until('only users are left', async () => (await page.locator('tbody tr').allTextContents()).every((row) => row.includes(t.created) || row.includes(t.saved)));
    await page.getByLabel(t.who, { exact: true }).selectOption('minji');
    await page.getByText(t.none2).waitFor();
    await page.getByLabel(t.who, { exact: true }).selectOption('admin');
    await made.waitFor();
    await page.getByLabel(t.until, { exact: true }).fill('2020-01-01');
    await page.getByText(t.none2).waitFor();
    await page.getByLabel(t.until, { exact: true }).fill('');
    await made.waitFor();
  });

  it('changes the time zone and the language of the page', async () => {
    const page = await open(language, '/settings', { as: 'minji' });
    await page.getByText(t.version).waitFor();
    await page.getByLabel(t.zone).selectOption('America/New_York');
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `settings-${language}`);
    expect(await page.locator('#content input[type="search"]').count()).toBe(0);
    await page.getByLabel(t.language).selectOption('ko');
    await page.getByRole('heading', { name: t.korean, exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: t.korean, exact: true }).waitFor();
    expect(await page.evaluate(() => localStorage.getItem('darkroom.zone'))).toBe('"America/New_York"');
  });
});
