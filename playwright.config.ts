import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'playwright/test';

// The same in the checkout (.ts) and in the package (.js).
const file = (path: string) => fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url));

export default defineConfig({
  testDir: fileURLToPath(new URL('./harness/smoke/flows', import.meta.url)),
  testMatch: /\.flow\.[jt]s$/,
  globalSetup: file('./harness/smoke/global-setup'),
  outputDir: join(process.env.ODOO_GATE_SMOKE_TEMP ?? tmpdir(), 'odoo-gate-playwright'),
  reporter: process.env.ODOO_GATE_SMOKE_EVENTS ? file('./harness/smoke/reporter') : 'list',
  // One worker: the flows share a database, and a second browser would load every bundle again.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    trace: 'off',
    screenshot: 'off',
  },
});
