// Schedules: made with the next times in sight, run, paused, removed with a way back.
import { describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { until } from './support/server';
import { withShared } from './support/words';

const { server, open } = journeys();

const words = withShared({
  en: { new: 'New schedule', kind: 'Check and repair', cron: 'When (cron)', night: 'At 3:30 each night', zone: 'Time zone', save: 'Save schedule', run: 'Run now', done: 'Completed', next: 'The next five times' },
  ko: { new: '예약 작업 추가', kind: '점검과 복구', cron: '실행 시각 (cron)', night: '매일 새벽 3시 30분', zone: '시간대', save: '예약 저장', run: '지금 실행', done: '완료', next: '다음 다섯 번의 실행' },
});

const schedule = (name: string) => server.api('GET', `/api/v1/schedules/${name}`).then((answer) => answer.schedule, () => null);

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('makes a schedule and shows its next five times before', async () => {
    const name = `nightly-${language}`;
    const page = await open(language, '/schedules');
    await page.getByRole('link', { name: 'watch_resources' }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `schedules-${language}`);
    await page.getByRole('link', { name: 'watch_resources' }).click();
    await page.getByRole('button', { name: t.pause }).waitFor();
    expect(await page.getByRole('button', { name: t.remove }).count()).toBe(0);
    await page.goBack();

    await page.getByRole('button', { name: t.new }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.name).fill(name);
    await dialog.getByRole('radio', { name: new RegExp(t.kind) }).check();
    await dialog.getByLabel(t.cron).fill('99 * * * *');
    await dialog.locator('.schedules-fault').waitFor();
    await dialog.getByRole('button', { name: t.night }).click();
    await dialog.getByLabel(t.zone).fill('Asia/Seoul');
    await dialog.locator('.schedules-next li').nth(4).waitFor();
    const slots = await dialog.locator('.schedules-next time').evaluateAll((all) => all.map((each) => (each as HTMLTimeElement).dateTime));
    expect(slots).toHaveLength(5);
    for (const slot of slots) expect(slot).toContain('T18:30:00');
    expect(await dialog.locator('.schedules-next time').first().textContent()).toContain('3:30');
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `schedule-new-${language}`);
    await dialog.getByRole('button', { name: t.save }).click();
    await page.getByRole('link', { name }).click();
    expect(await schedule(name)).toMatchObject({ cron: '30 3 * * *', zone: 'Asia/Seoul', kind: 'maintenance.cleanup', enabled: true });

    await page.locator('.schedules-next li').nth(4).waitFor();
    await page.getByRole('button', { name: t.pause }).click();
    await page.locator('.facts').getByText(t.paused).waitFor();
    expect((await schedule(name)).enabled).toBe(false);
    await page.getByRole('button', { name: t.undo }).click();
    await until('it runs again', async () => (await schedule(name)).enabled);
    await page.getByRole('button', { name: t.run }).click();
    await until('its job is done', async () => (await server.api('GET', '/api/v1/jobs?limit=50')).items.some((job: { kind: string; state: string; owner: string }) => job.kind === 'maintenance.cleanup' && job.state === 'completed'));
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `schedule-${language}`);

    await page.getByRole('button', { name: t.remove }).click();
    await page.waitForURL('**/schedules');
    expect(await schedule(name)).toBeNull();
    await page.getByRole('button', { name: t.undo }).click();
    await page.getByRole('link', { name }).waitFor();
    expect(await schedule(name)).toMatchObject({ cron: '30 3 * * *', zone: 'Asia/Seoul' });
    await server.api('DELETE', `/api/v1/schedules/${name}`);
  });
});
