import { defineConfig } from 'vitest/config';

const atRealServers = {
  globalSetup: ['fixtures/setup/vitest-global-setup.ts'],
  testTimeout: 300_000,
  hookTimeout: 600_000,
};

// What is measured is loaded by Node itself, with no copy in between. Processes that specs start are not measured.
const measured =
  process.env.ODOO_GATE_V8_COVERAGE === undefined
    ? {}
    : { experimental: { viteModuleRunner: false }, setupFiles: ['fixtures/setup/vitest-measure.ts'] };

// `unit` needs nothing but Node; `integration` talks to a real engine, Odoo, Postgres and registry, two files at a time;
// `browser` to a Chromium too, which loses its connections whenever a container beside it comes or goes: one at a time.
export default defineConfig({
  test: {
    reporters: ['default', './fixtures/setup/summary-reporter.ts'],
    projects: [
      {
        test: {
          ...measured,
          name: 'unit',
          include: ['specs/**/*.spec.ts'],
          exclude: ['specs/**/*.{integration,browser}.spec.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...measured,
          ...atRealServers,
          name: 'integration',
          include: ['specs/**/*.integration.spec.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...measured,
          ...atRealServers,
          name: 'browser',
          include: ['specs/**/*.browser.spec.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
