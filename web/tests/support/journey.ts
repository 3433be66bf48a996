// What every journey has around it: a Darkroom that is started before those of a file (or before each), and a browser that ends with it, in which nothing may have gone wrong.
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

import { Browser, logIn } from './browser';
import type { BrowserOptions, Language } from './browser';
import { Server } from './server';
import type { ServerOptions } from './server';

interface JourneyOptions extends ServerOptions {
  anew?: boolean; // a server for each journey, with nothing in it
  end?: () => void; // what else there is to end, behind the server
}

interface Visit extends BrowserOptions {
  as?: string; // admin, or a user that the test added
  host?: string; // another name of this machine
}

export interface Journeys {
  server: Server;
  arrive: (language?: Language, options?: BrowserOptions) => Promise<Page>; // in a browser of its own, before any page
  open: (language: Language, path?: string, visit?: Visit) => Promise<Page>; // logged in, at this path
}

export function journeys({ anew = false, end, ...options }: JourneyOptions = {}): Journeys {
  const server = new Server(options);
  let browser: Browser | undefined;
  (anew ? beforeEach : beforeAll)(async () => void (await server.start()));
  afterEach(async () => {
    const faults = browser?.faults ?? [];
    await browser?.close();
    browser = undefined;
    if (anew) await server.end();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    await server.end();
    end?.();
  });

  const arrive = async (language: Language = 'en', its: BrowserOptions = {}): Promise<Page> => {
    browser = await Browser.open(language, its);
    return browser.page();
  };
  const open = async (language: Language, path = '/', { as, host, ...its }: Visit = {}): Promise<Page> => {
    const page = await arrive(language, its);
    await logIn(page, server, path, { as, host });
    return page;
  };
  return { server, arrive, open };
}
