// Users, tokens and one's own account: made, changed and removed, by the roles that may, in both languages.
import { beforeAll, describe, expect, it } from 'vitest';

import { expectAccessible, expectFits, languages, picture } from './support/browser';
import { journeys } from './support/journey';
import { passPhrase, until } from './support/server';
import { withShared } from './support/words';

const { server, open } = journeys();

beforeAll(async () => {
  for (const role of ['uploader', 'viewer', 'operator']) await server.addUser(`the-${role}`, role);
});

const words = withShared({
  en: {
    new: 'New user', operator: 'Operator', viewer: 'Viewer', create: 'Create user', save: 'Save role', off: 'Turn off', isOff: 'Turned off', on: 'Turn on',
    remove: 'Delete user', end: 'End', newToken: 'New token', createToken: 'Create token', revoke: 'Revoke', old: 'Present password', fresh: 'New password', again: 'New password, once more',
    change: 'Change password', wrong: 'This is not your present password.', changed: 'Your password was changed', bad: 'Letters, digits', quota: 'Storage quota (GB)', badQuota: 'Give a number', quotaChange: 'Change the quota',
  },
  ko: {
    new: '사용자 추가', operator: '운영자', viewer: '조회자', create: '사용자 추가', save: '역할 저장', off: '사용 중지', isOff: '사용 중지', on: '다시 사용',
    remove: '사용자 삭제', end: '끝내기', newToken: '토큰 만들기', createToken: '토큰 만들기', revoke: '폐기', old: '현재 비밀번호', fresh: '새 비밀번호', again: '새 비밀번호 확인',
    change: '비밀번호 바꾸기', wrong: '현재 비밀번호가 맞지 않아요.', changed: '비밀번호를 바꾸고', bad: '영문', quota: '저장 공간 한도 (GB)', badQuota: '0보다 큰', quotaChange: '한도 바꾸기',
  },
});

const user = async (name: string) => (await server.api('GET', `/api/v1/users/${name}`)).user;
const may = (name: string, secret: string) => fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', 'X-Requested-By': 'test' }, body: JSON.stringify({ name, password: secret }) }).then((answer) => answer.status === 201);

describe.each(languages)('in %s', (language) => {
  const t = words[language];

  it('makes a user, shows the password once, changes the role with a way back, turns off and deletes', async () => {
    const name = `minji-${language}`;
    const page = await open(language, '/users');
    await page.getByRole('row', { name: /the-viewer/ }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `users-${language}`);

    await page.getByRole('button', { name: t.new }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.name, { exact: true }).fill('min ji');
    await dialog.getByLabel(t.quota).fill('a lot');
    await dialog.getByText(t.badQuota).waitFor();
    await dialog.getByLabel(t.quota).fill('1.5');
    await dialog.getByRole('radio', { name: t.viewer }).check();
    await expectAccessible(page);
    await picture(page, `users-new-${language}`);
    await dialog.getByRole('button', { name: t.create }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel(t.name, { exact: true }).fill(name);
    await dialog.getByRole('button', { name: t.create }).click();
    const secret = (await page.locator('[data-secret]').textContent())!;
    await expectAccessible(page);
    await picture(page, `users-password-${language}`);
    await page.getByRole('button', { name: t.kept }).click();
    expect(await user(name)).toMatchObject({ role: 'viewer', byte_quota: 1_500_000_000, disabled: false });
    expect(await may(name, secret)).toBe(true);
    expect(await page.content()).not.toContain(secret);

    await page.getByRole('link', { name }).click();
    await page.getByRole('button', { name: t.end }).first().waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `user-${language}`);
    await page.getByRole('button', { name: t.end }).first().click();
    await until('its session is ended', async () => (await server.api('GET', `/api/v1/sessions?user=${name}`)).items.length === 0);

    await page.getByRole('radio', { name: t.operator }).check();
    await page.getByRole('button', { name: t.save }).click();
    await until('the role is changed', async () => (await user(name)).role === 'operator');
    await page.getByRole('button', { name: t.undo }).click();
    await until('the role is as before', async () => (await user(name)).role === 'viewer');

    await page.getByRole('button', { name: t.off, exact: true }).click();
    await page.locator('.chip[data-tone="red"]').waitFor();
    expect((await user(name)).disabled).toBe(true);
    expect(await may(name, secret)).toBe(false);
    await page.getByRole('status').getByRole('button', { name: t.close }).last().click(); // the message stands before the button
    await page.getByRole('button', { name: t.on }).click();
    await until('it is on again', async () => !(await user(name)).disabled);

    await page.getByRole('button', { name: t.remove }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.remove }).click();
    await page.waitForURL('**/users');
    await page.getByRole('row', { name: /the-viewer/ }).waitFor();
    await page.getByRole('link', { name }).waitFor({ state: 'detached' }); // the list is read again
    expect((await server.api('GET', '/api/v1/users')).items.map((each: { name: string }) => each.name)).not.toContain(name);
  });

  it('makes a token that works, and revokes it', async () => {
    const name = `shop-${language}`;
    const page = await open(language, '/tokens');
    await page.getByRole('button', { name: t.newToken }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(t.name, { exact: true }).fill(name);
    await expectAccessible(page);
    await picture(page, `tokens-new-${language}`);
    await dialog.getByRole('button', { name: t.createToken }).click();
    const secret = (await page.locator('[data-secret]').textContent())!;
    expect(await page.getByText('curl -H').textContent()).toContain(secret);
    await picture(page, `tokens-secret-${language}`);
    const ask = (path: string) => fetch(server.url + path, { headers: { Authorization: `Bearer ${secret}` } }).then((answer) => answer.status);
    expect(await ask('/api/v1/images')).toBe(200);
    expect(await ask('/api/v1/users')).toBe(403);
    await page.getByRole('button', { name: t.kept }).click();
    const row = page.getByRole('row', { name: new RegExp(name) });
    await row.waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `tokens-${language}`);
    await row.getByRole('button', { name: t.revoke }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.revoke }).click();
    await row.waitFor({ state: 'detached' });
    expect(await ask('/api/v1/images')).toBe(401);
  });

  it('changes one’s own password and shows one’s own sessions', async () => {
    const name = `own-${language}`;
    await server.addUser(name, 'uploader');
    const page = await open(language, '/account', { as: name });
    await page.getByRole('row').nth(1).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await picture(page, `account-${language}`);
    const change = async (old: string) => {
      await page.getByLabel(t.old).fill(old);
      await page.getByLabel(t.fresh, { exact: true }).fill('another pass phrase of mine');
      await page.getByLabel(t.again).fill('another pass phrase of mine');
      await page.getByRole('button', { name: t.change }).click();
    };
    await change('not the password');
    await page.getByText(t.wrong).waitFor();
    await change(passPhrase);
    await page.getByText(t.changed).waitFor();
    expect(await may(name, passPhrase)).toBe(false);
    expect(await may(name, 'another pass phrase of mine')).toBe(true);
    await page.reload();
    await page.getByRole('row').nth(1).waitFor();
  });
});

// What each role is shown of the pages of the system, and that the server refuses the rest as well.
const pages: Record<string, readonly string[]> = {
  '/models': ['uploader', 'viewer', 'operator'],
  '/failures': ['uploader', 'viewer', 'operator'],
  '/workers': ['viewer', 'operator'],
  '/alerts': ['viewer', 'operator'],
  '/schedules': ['viewer', 'operator'],
  '/webhooks': ['operator'],
  '/webhooks/endpoints': [],
  '/users': [],
  '/audit': [],
  '/tokens': ['uploader', 'viewer', 'operator'],
};
const acts: [string, string, readonly string[]][] = [
  ['PUT', '/api/v1/schedules/x', ['operator']],
  ['POST', '/api/v1/schedules/cleanup/run', ['operator']],
  ['POST', '/api/v1/deliveries/replay', ['operator']],
  ['POST', '/api/v1/endpoints', []],
  ['DELETE', '/api/v1/models/demo', []],
  ['POST', '/api/v1/users', []],
  ['GET', '/api/v1/audit', []],
];

it.each(['uploader', 'viewer', 'operator'])('shows to the role %s what it may see, with no action that it may not take', async (role) => {
  const page = await open('en', '/tokens', { as: `the-${role}` });
  for (const [address, roles] of Object.entries(pages)) {
    await page.goto(server.url + address);
    await page.locator(roles.includes(role) ? '#content h1' : 'text=There is no such page').first().waitFor();
    if (!roles.includes(role)) continue;
    await until('the page is read', async () => (await page.locator('#content [aria-busy="true"]').count()) === 0);
    const buttons = await page.locator('#content button:visible').allTextContents();
    const forbidden = { '/models': /Add a model/, '/schedules': role === 'viewer' ? /New schedule|Run now/ : /never/, '/webhooks': /New endpoint/ }[address];
    if (forbidden) expect(buttons.join('|'), address).not.toMatch(forbidden);
  }
  await page.goto(`${server.url}/models/demo`);
  await page.locator('#content .facts').waitFor();
  expect(await page.locator('#content button:visible').count()).toBe(0);
  if (role !== 'uploader') {
    await page.goto(`${server.url}/schedules/cleanup`);
    await page.locator('#content .facts').waitFor();
    expect(await page.locator('#content .page-head button:visible').count()).toBe(role === 'operator' ? 3 : 0);
  }
  for (const [method, path, roles] of acts) {
    const status = await page.evaluate(
      ([how, where]) => fetch(where!, { method: how, headers: { 'X-Requested-By': 'test', 'Content-Type': 'application/json' }, ...(how === 'GET' || how === 'DELETE' ? {} : { body: '{}' }) }).then((answer) => answer.status),
      [method, path] as const,
    );
    if (roles.includes(role)) expect(status, `${method} ${path}`).not.toBe(403);
    else expect(status, `${method} ${path}`).toBe(403);
  }
});
