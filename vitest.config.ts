import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs nothing but Node; `integration` talks to a real engine, Odoo, Postgres, registry and browser.
export default defineConfig({
  test: {
    reporters: ['default', './fixtures/setup/summary-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['specs/**/*.spec.ts'],
          exclude: ['specs/**/*.integration.spec.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['specs/**/*.integration.spec.ts'],
          globalSetup: ['fixtures/setup/vitest-global-setup.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
