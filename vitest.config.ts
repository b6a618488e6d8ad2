import { configDefaults, defineConfig } from 'vitest/config';

// They wait out whole leases: `npm run test:storm` has the time.
const PATIENT = ['tests/storm/crash-resumed.test.ts', 'tests/storm/database-away.test.ts'];

export default defineConfig(({ mode }) => ({
  test: {
    include: ['{src,sandbox,tests,bench,scripts}/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}'],
    exclude: [...configDefaults.exclude, ...(mode === 'storm' ? [] : PATIENT)],
    globalSetup: ['tests/support/global-setup.ts'],
    // Limits for a machine that is busy, not bounds that the product keeps; polling ends as soon as it is so.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores. Half of what the tests do is waiting, but not so in the storms: there more at once only wait for each other.
    maxWorkers: mode === 'storm' ? 2 : 3,
  },
}));
