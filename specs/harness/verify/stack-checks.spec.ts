import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { CheckOutcome } from '../../../harness/check.ts';
import type { ReadOnlySession } from '../../../harness/database/read-only.ts';
import { OdooLog } from '../../../harness/stack/odoo-log.ts';
import { logHasArrived } from '../../../harness/verify/log-arrival.ts';
import { logCheck, stackChecks } from '../../../harness/verify/stack-checks.ts';
import { serve } from '../../support/local-server.ts';

const recorded = await readFile(new URL('./recorded/odoo-19-login.html.txt', import.meta.url), 'utf8');
const BUNDLES = [...recorded.matchAll(/(?:href|src)="(\/web\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

const noSession: ReadOnlySession = {
  schema: { has: () => false, columns: () => undefined, tables: () => [] },
  query: () => Promise.reject(new Error('no database here')),
};

type Answer = { status?: number; type?: string; body?: string; location?: string };

/** A server of the recorded login page and its bundles, with some answers replaced. */
function odoo(answers: Record<string, Answer> = {}): RequestListener {
  const whole: Record<string, Answer> = {
    '/web/login': { type: 'text/html; charset=utf-8', body: recorded },
    ...Object.fromEntries(
      BUNDLES.map((path) => [path, { type: path.endsWith('.css') ? 'text/css' : 'application/javascript', body: 'x' }]),
    ),
    ...answers,
  };
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://odoo');
    const { status = 200, type = 'text/plain', body = '', location } = whole[pathname] ?? { status: 404 };
    response.writeHead(status, { 'content-type': type, ...(location === undefined ? {} : { location }) }).end(body);
  };
}

async function assets(answers?: Record<string, Answer>): Promise<CheckOutcome> {
  const url = await serve(odoo(answers));
  const check = stackChecks.find(({ id }) => id === 'stack.assets');
  if (check === undefined) throw new Error('there is no stack.assets');
  return check.run({ url, database: 'odoo', log: new OdooLog(), session: noSession });
}

const [bundle = ''] = BUNDLES;

describe('the assets of a recorded login page', () => {
  test('pass when each bundle is served', async () => {
    expect(await assets()).toEqual({ status: 'passed', assertions: BUNDLES.length });
  });

  test.each<[string, Answer, string]>([
    ['is missing', { status: 404 }, 'answers 404'],
    ['breaks', { status: 500 }, 'answers 500'],
    ['is empty', { type: 'text/css' }, 'is empty'],
    ['is a page in disguise', { type: 'text/html', body: '<html>' }, 'is served as "text/html"'],
    ['leads elsewhere', { status: 302, location: 'http://127.0.0.1:9/x.css' }, 'answers 302'],
  ])('fail when a bundle %s', async (_what, answer, message) => {
    expect(await assets({ [bundle]: answer })).toMatchObject({
      status: 'failed',
      findings: [{ message, location: bundle }],
    });
  });

  test('of Odoo 14 are found below /web/content, beside which other files lie', async () => {
    const css = '/web/content/610-c689fde/1/web.assets_common.css';
    const js = '/web/content/612-1031ff6/1/web.assets_common_minimal_js.js';
    const logo = '/web/content/website/1/logo/My%20Website?unique=4f65e5c';
    const body = `<link rel="stylesheet" href="${css}"/><img src="${logo}"/><script defer="defer" src="${js}"></script>`;
    const answers = { '/web/login': { type: 'text/html', body }, [css]: { type: 'text/css', body: 'x' } };
    expect(await assets({ ...answers, [js]: { type: 'application/javascript', body: 'x' } })).toEqual({
      status: 'passed',
      assertions: 2,
    });
    expect(await assets(answers)).toMatchObject({ status: 'failed', findings: [{ location: js }] });
  });

  test('are fetched from the stack though the page names another host', async () => {
    const body = recorded.replaceAll('"/web/assets/', '"https://www.example.com/web/assets/');
    expect(await assets({ '/web/login': { type: 'text/html', body } })).toMatchObject({ status: 'passed' });
  });

  test.each<[string, Answer, string]>([
    ['breaks', { status: 500 }, 'answers 500'],
    [
      'names no bundle',
      { type: 'text/html', body: '<form class="oe_login_form"/>' },
      'the page names no asset bundle at all',
    ],
    ['leads to another host', { status: 303, location: 'https://www.example.com/web/login' }, 'answers 303'],
  ])('fail when the login page %s', async (_what, answer, message) => {
    expect(await assets({ '/web/login': answer })).toMatchObject({ status: 'failed', findings: [{ message }] });
  });
});

/** A server that logs its requests as Odoo's does, unless it is told to keep silent. */
async function logging({ silent = false } = {}): Promise<{ url: URL; log: OdooLog }> {
  const log = new OdooLog();
  const url = await serve((request, response) => {
    if (!silent)
      log.push(`2026-01-31 10:00:00,123 7 INFO odoo werkzeug: 10.0.0.1 - "GET ${request.url} HTTP/1.1" 200 -\n`);
    response.end();
  });
  return { url, log };
}

const record = (level: string, message: string) => `2026-01-31 10:00:00,123 7 ${level} odoo odoo.http: ${message}\n`;

describe("Odoo's log", () => {
  test('passes when it has arrived and holds no error', async () => {
    const { url, log } = await logging();
    log.push(record('WARNING', 'deprecated'));
    expect(await logCheck.run({ url, log })).toEqual({ status: 'passed', assertions: 2 });
  });

  test('fails on an error, told without values and counted', async () => {
    const { url, log } = await logging();
    log.push(record('ERROR', "no partner 'Jane Doe'"));
    log.push(record('ERROR', "no partner 'John Roe'"));
    expect(await logCheck.run({ url, log })).toMatchObject({
      status: 'failed',
      findings: [{ message: 'ERROR: no partner "…"', location: 'odoo.http', count: 2 }],
    });
  });

  test.each([
    ['https://partner-autocomplete.odoo.com/iap/partner_autocomplete/enrich', 'passed'],
    ['https://iap.nordwind-handel.de/iap/partner_autocomplete/enrich', 'failed'],
  ])('of Odoo 14 says that enrichment at %s is out of reach: %s', async (address, status) => {
    const { url, log } = await logging();
    const error = `Autocomplete API error: The url that this service requested returned an error. It was ${address}`;
    log.push(record('ERROR', error).replace('odoo.http', 'odoo.addons.partner_autocomplete.models.res_partner'));
    expect(await logCheck.run({ url, log })).toMatchObject({ status });
  });

  test('fails on errors that were too many to keep', async () => {
    const { url, log } = await logging();
    log.push(record('ERROR', 'again').repeat(1_500));
    expect(await logCheck.run({ url, log })).toMatchObject({
      status: 'failed',
      findings: [{ count: 1_000 }, { message: 'more errors than are kept', count: 500 }],
    });
  });

  test('that holds an error fails though its end is lost', async () => {
    const log = new OdooLog();
    log.push(record('ERROR', 'the last word'));
    expect(await logCheck.run({ url: new URL('http://127.0.0.1:9'), log })).toMatchObject({ status: 'failed' });
  });

  test('is inconclusive when Odoo is gone, however clean it looks', async () => {
    const log = new OdooLog();
    log.push(record('INFO', 'HTTP service running'));
    expect(await logCheck.run({ url: new URL('http://127.0.0.1:9'), log })).toMatchObject({ status: 'inconclusive' });
  });

  test('has not arrived while the request that was just made is not in it', async () => {
    const { url, log } = await logging({ silent: true });
    expect(await logHasArrived(url, log, 100)).toBe(false);
  });
});
