import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,sandbox,tests,bench,scripts}/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}'],
    globalSetup: ['tests/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Polling ends as soon as it is so; the limit is for a machine that is busy, not a bound the product keeps.
    expect: { poll: { timeout: 10_000 } },
    // Two cores: more files at once only wait for each other.
    maxWorkers: 2,
  },
});
