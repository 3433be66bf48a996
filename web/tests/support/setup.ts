// One Chromium for all browser tests, on a profile of its own; each test has a context of its own in it.
import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';
import type { GlobalSetupContext } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    browser: string;
  }
}

const programs = [process.env.DARKROOM_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export default async function setup({ provide }: GlobalSetupContext) {
  const executablePath = programs.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error('There is no Chromium: install the Debian package chromium, or name one in DARKROOM_CHROMIUM.');
  const server = await chromium.launchServer({
    executablePath,
    headless: true,
    // darkroom.test is this machine by a name that makes no secure context, as a machine in the office is.
    args: ['--host-resolver-rules=MAP darkroom.test 127.0.0.1', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  provide('browser', server.wsEndpoint());
  return () => server.close();
}
