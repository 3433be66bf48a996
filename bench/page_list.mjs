// Uses the list of images as a person does, and prints the times as JSON: page_list.mjs URL PASSWORD ROUNDS. Started by page_list.py.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../web/package.json', import.meta.url))('playwright-core');
const [url, password, rounds] = process.argv.slice(2);

const executablePath = [process.env.DARKROOM_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } });
await context.addInitScript(() => localStorage.setItem('darkroom.toured', 'true'));
const page = await context.newPage();
page.setDefaultTimeout(60_000);

// What is looked at in the page itself, at each frame.
await context.addInitScript(() => {
  const rows = () => [...document.querySelectorAll('.images-list tbody tr')];
  const still = () => document.querySelector('.images-list')?.getAttribute('aria-busy') !== 'true' && rows().length > 0 && !document.querySelector('.images-list tbody .skeleton');
  const titles = () => rows().map((row) => row.querySelector('.images-name')?.textContent ?? '');
  const looks = {
    status: (word) => still() && rows().every((row) => row.querySelector('.images-status')?.textContent.includes(word)),
    titled: (word) => still() && titles().every((title) => title.includes(word)),
    other: (before) => still() && titles()[0] !== before,
    sorted: () => still() && titles().slice(0, 5).every((title) => title.startsWith('Beach')),
    chosen: (count) => document.querySelectorAll('.images-list tbody tr[aria-selected="true"]').length === count,
    says: (text) => document.querySelector('[role="toolbar"]')?.textContent.includes(text) ?? false,
  };
  window.firstTitle = () => titles()[0];
  // From the next key or click to the frame in which the look is right.
  window.timed = (name, value) =>
    new Promise((done, fail) => {
      setTimeout(() => fail(new Error(`${name} ${value ?? ''} is not seen within 20 s`)), 20_000);
      const begin = (event) => {
        const from = event.timeStamp;
        for (const type of ['pointerdown', 'keydown']) removeEventListener(type, begin, true);
        const look = () => (looks[name](value) ? requestAnimationFrame(() => done(performance.now() - from)) : requestAnimationFrame(look));
        requestAnimationFrame(look);
      };
      for (const type of ['pointerdown', 'keydown']) addEventListener(type, begin, { capture: true });
    });
});

const times = {};
async function time(what, act, name, value = null) {
  await page.waitForTimeout(400); // whatever came before is over
  const took = page.evaluate(([look, wanted]) => window.timed(look, wanted), [name, value]);
  await act();
  (times[what] ??= []).push(await took);
}

await page.goto(`${url}/images`);
await page.locator('input[autocomplete="username"]').fill('admin');
await page.locator('input[type="password"]').fill(password);
await page.locator('form button[type="submit"]').click();
await page.locator('.images-list tbody .images-name').first().waitFor();

const button = (name) => page.getByRole('button', { name, exact: true });
const first = () => page.evaluate(() => window.firstTitle());
for (let round = 0; round < Number(rounds); round += 1) {
  await time('filter by a status (failed, 10,000 fit)', () => button('Failed').click(), 'status', 'Failed');
  await time('take the filter away', () => page.locator('.images-statuses button').first().click(), 'other', await first());
  await time('go to the next page', () => button('Next').click(), 'other', await first());
  await time('go back to the start', () => button('Back to the start').click(), 'other', await first());
  const search = page.getByRole('searchbox');
  await time('type a key of a search (20,000 fit)', () => search.press('5'), 'titled', '5');
  await search.fill('');
  await page.waitForURL((address) => !address.search.includes('search'));
  await time('sort by title', () => button('Title').click(), 'sorted');
  await time('sort by time again', () => page.locator('th button').last().click(), 'other', await first());
  await time('select a row', () => page.locator('.images-list tbody input[type="checkbox"]').first().click(), 'chosen', 1);
  await page.locator('.images-list tbody input[type="checkbox"]').first().click();
  await time('select all rows of the page', () => page.locator('thead input[type="checkbox"]').click(), 'chosen', 50);
  await time('select all that match', () => button('Select all that match').click(), 'says', 'All ');
  await page.getByRole('toolbar').getByText('100,0').waitFor(); // they are counted
  await page.locator('thead input[type="checkbox"]').click();
  await page.locator('thead input[type="checkbox"]').click();
  await time('the number of all that match', () => button('Select all that match').click(), 'says', '100,0');
  await page.locator('thead input[type="checkbox"]').click();
}
await browser.close();
console.log(JSON.stringify(times));
