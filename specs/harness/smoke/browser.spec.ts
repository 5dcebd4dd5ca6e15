import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InfrastructureError } from '../../../harness/errors.ts';
import { findBrowser, launchOptions } from '../../../harness/smoke/browser.ts';

const NOWHERE = '/nowhere/chrome';

function folderWith(name: string, mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'browser-spec-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, '');
  chmodSync(file, mode);
  return folder;
}

test('the browser that the environment names comes first', () => {
  const folder = folderWith('my-chrome');
  const named = join(folder, 'my-chrome');
  expect(findBrowser({ ODOO_GATE_BROWSER: named, PATH: folderWith('chromium') }, named)).toBe(named);
});

test("Playwright's own download comes before the system's", () => {
  const own = join(folderWith('chrome'), 'chrome');
  expect(findBrowser({ PATH: folderWith('chromium') }, own)).toBe(own);
});

test.each(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])(
  '%s is found on the PATH',
  (name) => {
    const folder = folderWith(name);
    expect(findBrowser({ PATH: `/nowhere:${folder}` }, NOWHERE)).toBe(join(folder, name));
  },
);

test.each([
  ['nothing is installed', () => ({ PATH: '/nowhere' })],
  ['there is no PATH', () => ({})],
  ['the only chromium is not executable', () => ({ PATH: folderWith('chromium', 0o644) })],
  ['the named browser is not there', () => ({ ODOO_GATE_BROWSER: NOWHERE, PATH: folderWith('chromium') })],
])('when %s, the error says how to get a browser', (_, environment) => {
  const find = () => findBrowser(environment(), NOWHERE);
  expect(find).toThrow(InfrastructureError);
  expect(find).toThrow(
    expect.objectContaining({ code: 'browser-missing', next: expect.stringContaining('apt-get install chromium') }),
  );
});

test('every host but Odoo resolves to nothing', () => {
  const { args } = launchOptions('/usr/bin/chromium', new URL('http://172.18.0.3:8069'));
  expect(args).toContain('--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 172.18.0.3');
});

test('a base URL on plain http leads to the real address', () => {
  const to = new URL('http://172.18.0.3:8069');
  const { args } = launchOptions('/usr/bin/chromium', to, { from: new URL('http://uat.example.com'), to });
  expect(args).toContain(
    '--host-resolver-rules=MAP uat.example.com:80 172.18.0.3:8069, MAP * ~NOTFOUND, EXCLUDE 172.18.0.3',
  );
});

test("the browser's environment holds no password", () => {
  process.env.ODOO_GATE_SMOKE_PASSWORD = 'hunter2';
  onTestFinished(() => {
    delete process.env.ODOO_GATE_SMOKE_PASSWORD;
  });
  expect(JSON.stringify(launchOptions('/usr/bin/chromium', new URL('http://odoo')).env)).not.toContain('hunter2');
});
