// Browser tests: a real Chromium on the page of a real server, one file after the other.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['tests/**/*.spec.ts'], globalSetup: ['tests/support/setup.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false, pool: 'forks', poolOptions: { forks: { singleFork: true } } },
});
