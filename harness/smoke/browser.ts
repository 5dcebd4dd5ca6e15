import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type LaunchOptions } from 'playwright';
import { InfrastructureError } from '../errors.ts';

const SYSTEM_BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const HOW_TO_GET_ONE =
  'Get one with `npx playwright install chromium`, or `apt-get install chromium`; or name one in ODOO_GATE_BROWSER.';

/**
 * The path of a Chromium: ODOO_GATE_BROWSER, Playwright's own download, or the system's, in that order.
 * Throws `InfrastructureError` `browser-missing` where there is none.
 */
export function findBrowser(
  environment: NodeJS.ProcessEnv = process.env,
  ownDownload: string = chromium.executablePath(),
): string {
  const named = environment.ODOO_GATE_BROWSER;
  if (named) {
    if (isExecutable(named)) return named;
    throw browserMissing('The browser that ODOO_GATE_BROWSER names is not an executable file.');
  }
  if (existsSync(ownDownload)) return ownDownload;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = SYSTEM_BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) throw browserMissing('No Chromium or Chrome is installed.');
  return found;
}

/**
 * How the browser is started: quiet, and with no way out of `reachable` (a host): every other name and address
 * resolves to nothing. `mapped` sends one `host:port` to another.
 */
export function launchOptions(browser: string, reachable: URL, mapped?: { from: URL; to: URL }): LaunchOptions {
  const rules = [
    ...(mapped ? [`MAP ${authority(mapped.from)} ${authority(mapped.to)}`] : []),
    `MAP * ~NOTFOUND`,
    `EXCLUDE ${reachable.hostname}`,
  ];
  return {
    executablePath: browser,
    args: [
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${rules.join(', ')}`,
    ],
    env: environmentWithoutSecrets(),
  };
}

function authority(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

function environmentWithoutSecrets(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('ODOO_GATE_SMOKE_') ? [] : [[name, value]],
    ),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function browserMissing(message: string): InfrastructureError {
  return new InfrastructureError('browser-missing', message, { next: HOW_TO_GET_ONE });
}
