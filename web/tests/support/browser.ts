// A real Chromium for browser tests, and what all of them do: log in, look for faults of the page, axe, overflow, pictures.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { chromium } from 'playwright-core';
import type { BrowserContext, BrowserContextOptions, Browser as Connection, Page } from 'playwright-core';
import { expect, inject } from 'vitest';

import { passPhrase } from './server';
import type { Server } from './server';

const screenshots = resolve(__dirname, '../../screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type Language = 'en' | 'ko';
export const languages: readonly Language[] = ['en', 'ko'];

export type BrowserOptions = BrowserContextOptions & { tour?: boolean }; // without `tour` the first tour counts as seen

export class Browser {
  private readonly complaints: string[] = [];
  private readonly shifts = new Map<string, { value: number; what: string }>(); // by path
  private constructor(
    private readonly connection: Connection,
    readonly context: BrowserContext,
  ) {}

  static async open(language: Language = 'en', { tour = false, ...options }: BrowserOptions = {}): Promise<Browser> {
    const connection = await chromium.connect(inject('browser'));
    const context = await connection.newContext({ locale: language === 'ko' ? 'ko-KR' : 'en-US', timezoneId: 'Asia/Seoul', viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(30_000); // only a fault takes as long as that, also on a busy machine
    if (!tour) {
      await context.addInitScript(() => {
        if (location.protocol.startsWith('http')) localStorage.setItem('darkroom.toured', 'true');
      });
    }
    const browser = new Browser(connection, context);
    context.on('page', (page) => browser.watch(page));
    await browser.watchShifts();
    return browser;
  }

  // What jumps without having been asked to is a fault: CLS, the worst second or few of each page, also long after it was loaded.
  private async watchShifts(): Promise<void> {
    await this.context.exposeFunction('tellShift', (value: number, path: string, what: string) => this.shifts.set(path, { value, what }));
    await this.context.addInitScript(() => {
      let [path, value, first, last] = ['', 0, 0, 0];
      let most: { value: number; what: string } = { value: 0, what: '' }; // what moved most in it
      const named = (node: Node | null | undefined): string => (node instanceof Element ? `${node.tagName.toLowerCase()}.${node.className}` : node ? `“${node.textContent}” in ${named(node.parentElement)}` : 'gone');
      const placed = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join();
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as any[]) {
          if (entry.hadRecentInput) continue;
          const goesOn = path === location.pathname && entry.startTime - last < 1000 && entry.startTime - first < 5000;
          if (!goesOn) [path, value, first, most] = [location.pathname, 0, entry.startTime, { value: 0, what: '' }];
          last = entry.startTime;
          value += entry.value;
          const what = entry.sources.map((source: any) => `${named(source.node)} ${placed(source.previousRect)} to ${placed(source.currentRect)}`).join(', ');
          if (entry.value > most.value) most = { value: entry.value, what };
          if (value >= 0.05) void (window as any).tellShift(value, path, most.what);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // A refused request is written to the console by the browser itself; the page has its own way to say so. That plain HTTP has no such policy, it says too.
      const isOfBrowser = /^(Failed to load resource|The Cross-Origin-Opener-Policy header has been ignored)/.test(message.text());
      if (message.type() === 'error' && !isOfBrowser) this.complaints.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const address = new URL(request.url());
      if (!['127.0.0.1', 'localhost', 'darkroom.test'].includes(address.hostname) && !['blob:', 'data:'].includes(address.protocol)) this.complaints.push(`request to ${request.url()}`);
    });
  }

  async page(): Promise<Page> {
    return this.context.pages()[0] ?? (await this.context.newPage());
  }

  // What the page complained about, and where it jumped.
  get faults(): string[] {
    return [...this.complaints, ...[...this.shifts].map(([path, { value, what }]) => `layout shift of ${value.toFixed(3)} at ${path}: ${what}`)];
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.connection.close();
  }
}

// Logs in by the log-in page, at the address that is wanted afterwards.
export async function logIn(page: Page, server: Server, path = '/', { as = 'admin', host = '127.0.0.1' } = {}): Promise<void> {
  await page.goto(server.url.replace('127.0.0.1', host) + path);
  await page.locator('input[autocomplete="username"]').fill(as);
  await page.locator('input[type="password"]').fill(as === 'admin' ? await server.password() : passPhrase);
  await page.locator('form button[type="submit"]').click();
  await page.locator('#content h1').first().waitFor();
}

// No finding of axe that is serious or critical, in light and in dark.
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
      await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
    });
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const results = await (window as any).axe.run(document, { resultTypes: ['violations'] });
      return results.violations
        .filter((each: any) => each.impact === 'serious' || each.impact === 'critical')
        .map((each: any) => `${each.id}: ${each.nodes.map((node: any) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).slice(0, 3).join(' | ')}`);
    });
    expect(found, `axe, ${colorScheme}, ${page.url()}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

// Nothing is wider than the window, and no text is cut where it should not be, on a phone, a tablet and a desk.
export async function expectFits(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => {
      const root = document.documentElement;
      const found: string[] = root.scrollWidth > root.clientWidth ? [`the page is ${root.scrollWidth} wide, the window ${root.clientWidth}`] : [];
      for (const element of document.querySelectorAll<HTMLElement>('button, a, h1, h2, h3, p, td, th, li, label, legend, summary, dt, dd, pre, dialog, .chip, .card, .table-frame')) {
        const style = getComputedStyle(element);
        if (style.display === 'inline' || style.textOverflow === 'ellipsis' || element.closest('.unseen, .cut, .skip') || !element.getClientRects().length) continue;
        if (element.scrollWidth > element.clientWidth + 1) found.push(`<${element.tagName.toLowerCase()} class="${element.className}"> ${element.textContent?.slice(0, 40)}: ${element.scrollWidth} in ${element.clientWidth}`);
      }
      return found;
    });
    expect(wide, `at ${width} px, ${page.url()}`).toEqual([]);
  }
  if (before) await page.setViewportSize(before);
}

// A picture for people to look at: web/screenshots/NAME.png.
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
}
