import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { OdooLog } from '../../../harness/stack/odoo-log.ts';
import { waitUntilReady } from '../../../harness/stack/readiness.ts';
import { serve } from '../../support/local-server.ts';

const LOGIN = '<form class="oe_login_form">';

async function wait(listener: RequestListener, options: Partial<Parameters<typeof waitUntilReady>[0]> = {}) {
  const log = new OdooLog();
  log.push("2026-01-31 10:00:00,123 7 ERROR odoo odoo.registry: Failed for 'Jane Doe'\n");
  await waitUntilReady({
    url: await serve(listener),
    log,
    series: '19.0',
    database: 'odoo',
    isRunning: async () => true,
    timeoutMs: 5_000,
    ...options,
  });
}

describe('Odoo is ready', () => {
  test('when it serves its login page, after its health', async () => {
    const asked: string[] = [];
    await wait((request, response) => {
      asked.push(request.url ?? '');
      response.end(LOGIN);
    });
    expect(asked).toEqual(['/web/health', '/web/login?db=odoo']);
  });

  test('before 15 without a health page', async () => {
    const asked: string[] = [];
    await wait(
      (request, response) => {
        asked.push(request.url ?? '');
        response.end(LOGIN);
      },
      { series: '14.0' },
    );
    expect(asked).toEqual(['/web/login?db=odoo']);
  });

  test('after errors that pass', async () => {
    let calls = 0;
    await wait((_request, response) => {
      calls += 1;
      response.writeHead(calls < 3 ? 503 : 200).end(LOGIN);
    });
    expect(calls).toBe(4);
  });

  test('behind a redirect to itself', async () => {
    await wait(
      (request, response) => {
        if (request.url?.includes('again')) response.end(LOGIN);
        else response.writeHead(303, { location: `${request.url}&again` }).end();
      },
      { series: '14.0' },
    );
  });
});

describe('Odoo is not ready', () => {
  test.each<[string, RequestListener, Partial<Parameters<typeof waitUntilReady>[0]>, string]>([
    ['when it ended', (_q, a) => void a.writeHead(503).end(), { isRunning: async () => false }, 'odoo-ended'],
    ['when its page stays broken', (_q, a) => void a.writeHead(500).end(), { patienceMs: 200 }, 'odoo-broken'],
    ['when its page has no form', (_q, a) => void a.end('<html>'), { timeoutMs: 300 }, 'odoo-not-ready'],
    [
      'when it leads to another host',
      (_q, a) => void a.writeHead(303, { location: 'http://127.0.0.1:9/web/login' }).end(LOGIN),
      { timeoutMs: 300, series: '14.0' },
      'odoo-not-ready',
    ],
    [
      'when it redirects without end',
      (_q, a) => void a.writeHead(303, { location: '/again' }).end(LOGIN),
      { timeoutMs: 300, series: '14.0' },
      'odoo-not-ready',
    ],
  ])('%s', async (_what, listener, options, code) => {
    await expect(wait(listener, options)).rejects.toMatchObject({ name: 'OdooDidNotStart', code, exitCode: 3 });
  });

  test('and its last lines are told without values', async () => {
    const failure = wait((_request, response) => response.writeHead(500).end(), { isRunning: async () => false });
    await expect(failure).rejects.toThrow('ERROR odoo.registry: Failed for "…"');
  });

  test('any more when the work is called off', async () => {
    const abort = new AbortController();
    const waiting = wait(() => abort.abort(new Error('called off')), { signal: abort.signal });
    await expect(waiting).rejects.toThrow('called off');
  });
});
