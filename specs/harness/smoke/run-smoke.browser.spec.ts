import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentProgress } from '../../../harness/progress.ts';
import { runSmoke, type SmokeOptions } from '../../../harness/smoke/run-smoke.ts';
import { SMOKE_CHECKS } from '../../../harness/smoke/smoke-checks.ts';
import { useDemoStack } from '../../support/demo-stack.ts';
import { serve } from '../../support/local-server.ts';

const stack = useDemoStack();
let outDir: string;
beforeEach(() => {
  outDir = mkdtempSync(join(tmpdir(), 'smoke-spec-'));
});
afterEach(() => rmSync(outDir, { recursive: true }));

function smoke(change: Partial<SmokeOptions> = {}) {
  const { url, database, admin } = stack();
  return runSmoke({ url, database: database.database, ...admin, outDir, progress: silentProgress, ...change });
}

type Fault = (request: IncomingMessage) => ((body: Buffer) => { status?: number; body: string }) | undefined;

/** The real Odoo with one kind of answer spoilt on its way to the browser. */
function odooWith(fault: Fault): Promise<URL> {
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { url, method, headers } = incoming;
    const { hostname, port } = stack().url;
    const spoil = fault(incoming);
    const onward = { hostname, port, path: url, method, headers: { ...headers, 'accept-encoding': 'identity' } };
    const answer = await new Promise<IncomingMessage>((resolve, reject) =>
      incoming.pipe(request(onward, resolve)).on('error', reject),
    );
    const { 'content-length': _, ...kept } = answer.headers;
    if (spoil === undefined) {
      await pipeline(answer, outgoing.writeHead(answer.statusCode ?? 502, answer.headers));
    } else {
      const { status = 200, body } = spoil(await buffer(answer));
      outgoing.writeHead(status, kept).end(body);
    }
  };
  // A browser that leaves a page breaks off what it was loading.
  return serve((incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy()));
}

const brokenReply = JSON.stringify({
  jsonrpc: '2.0',
  error: {
    message: 'Odoo Server Error',
    data: {
      name: 'builtins.ValueError',
      message: 'Jane Doe',
      debug: 'File "/mnt/extra-addons/my_contacts/models/partner.py", line 12, in read\nValueError: Jane Doe',
    },
  },
});

test('on a healthy Odoo every flow passes, by expectations that were evaluated, with a picture of each step', async () => {
  const { results, artifacts } = await smoke();
  expect(results).toEqual(SMOKE_CHECKS.map((id) => expect.objectContaining({ id, status: 'passed' })));
  for (const result of results)
    expect(result).toHaveProperty(
      'assertions',
      expect.toSatisfy((count) => count >= 4),
    );
  expect(artifacts.map(({ title }) => title)).toEqual([
    'smoke.apps: Contacts',
    'smoke.apps: Sales',
    'smoke.apps: CRM',
    'smoke.apps: Inventory',
    'smoke.login: Login page',
    'smoke.login: Signed in',
    'smoke.quotation: New quotation',
    'smoke.quotation: Customer and product',
    'smoke.quotation: Confirmed',
  ]);
  for (const { path } of artifacts) {
    expect(readFileSync(join(outDir, path)).subarray(1, 4).toString()).toBe('PNG');
  }
});

test('a wrong password fails the login and leaves the flows behind it inconclusive', async () => {
  const { results } = await smoke({ password: 'not-the-password' });
  expect(results).toEqual([
    expect.objectContaining({ id: 'smoke.apps', status: 'inconclusive' }),
    expect.objectContaining({
      id: 'smoke.login',
      status: 'failed',
      findings: [expect.objectContaining({ message: 'Signed in: not met: Odoo accepts login and password' })],
    }),
    expect.objectContaining({ id: 'smoke.quotation', status: 'inconclusive' }),
  ]);
  expect(JSON.stringify(results)).not.toContain('not-the-password');
});

test.each([
  ['nothing listens', { url: new URL('http://127.0.0.1:1') }, 'does not answer'],
  ['the database does not exist', { database: 'nowhere' }, "can't open a session"],
  ['there is no time', { timeoutMs: 1 }, 'took longer'],
])('when %s, every flow is inconclusive and says so', async (_, change, reason) => {
  const { results } = await smoke(change);
  expect(results).toEqual(
    SMOKE_CHECKS.map((id) =>
      expect.objectContaining({ id, status: 'inconclusive', reason: expect.stringContaining(reason) }),
    ),
  );
});

test.each<[string, Fault, string]>([
  [
    'a style sheet that is gone',
    ({ url = '' }) => (/assets_web[^/]*\.css/.test(url) ? () => ({ status: 404, body: '' }) : undefined),
    'Signed in: HTTP 404',
  ],
  [
    'a script bundle that is gone',
    ({ url = '' }) => (/assets_web[^/]*\.js/.test(url) ? () => ({ status: 500, body: '' }) : undefined),
    'Signed in: HTTP 500',
  ],
  [
    'a script that throws',
    ({ url = '' }) =>
      /assets_web[^/]*\.js/.test(url)
        ? (body) => ({ body: `${body};setTimeout(() => { throw new TypeError("broken addon") })` })
        : undefined,
    'Signed in: TypeError: broken addon',
  ],
])('%s fails the flow that meets it, in that step', async (_, fault, message) => {
  const { results } = await smoke({ url: await odooWith(fault), flows: ['login'] });
  expect(results).toEqual([expect.objectContaining({ id: 'smoke.login', status: 'failed' })]);
  expect(results[0]).toHaveProperty('findings', expect.arrayContaining([expect.objectContaining({ message })]));
});

test('an error inside HTTP 200 fails the step with the place that raised it, keeps a trace, and quotes no value', async () => {
  const fault: Fault = ({ url = '' }) => (url.startsWith('/mail/data') ? () => ({ body: brokenReply }) : undefined);
  const { results, artifacts } = await smoke({ url: await odooWith(fault), flows: ['apps'] });
  expect(results).toMatchObject([
    {
      id: 'smoke.apps',
      status: 'failed',
      findings: expect.arrayContaining([
        expect.objectContaining({
          message:
            'Contacts: The server answered with builtins.ValueError, raised at my_contacts/models/partner.py:12 in read',
        }),
      ]),
    },
  ]);
  expect(JSON.stringify(results)).not.toContain('Jane');
  const trace = artifacts.find(({ kind }) => kind === 'trace');
  expect(existsSync(join(outDir, trace?.path ?? 'no trace'))).toBe(true);
});

test('an app whose view stays blank fails the flow', async () => {
  const url = await odooWith(({ url = '' }) => {
    if (!url.includes('/stock.picking.type/web_search_read')) return undefined;
    return () => ({ body: JSON.stringify({ jsonrpc: '2.0', id: 1, result: { length: 2, records: [] } }) });
  });
  const { results } = await smoke({ url, flows: ['apps'] });
  expect(results).toMatchObject([
    { status: 'failed', findings: [{ message: expect.stringContaining('Inventory shows records') }] },
  ]);
});

test('an Odoo that goes away leaves the flow inconclusive', async () => {
  const fault: Fault = (incoming) => {
    if (incoming.url?.startsWith('/odoo')) incoming.socket.destroy();
    return undefined;
  };
  const { results } = await smoke({ url: await odooWith(fault), flows: ['apps'] });
  expect(results).toEqual([expect.objectContaining({ id: 'smoke.apps', status: 'inconclusive' })]);
});

test('aborting ends the browser and rejects with the reason', async () => {
  const temp = mkdtempSync(join(tmpdir(), 'smoke-abort-'));
  vi.stubEnv('TMPDIR', temp);
  const processes = () =>
    execFileSync('ps', ['-A', '-o', 'args='])
      .toString()
      .split('\n')
      .filter((line) => line.includes(temp));
  const abort = new AbortController();
  let seenBefore = 0;
  const stopInTheMiddle = () => {
    seenBefore ||= processes().length;
    abort.abort(new Error('stop'));
  };
  try {
    const run = smoke({
      signal: abort.signal,
      progress: { ...silentProgress, step: (_title, work) => work(stopInTheMiddle) },
    });
    await expect(run).rejects.toThrow('stop');
    expect(seenBefore).toBeGreaterThan(0);
    await vi.waitFor(() => expect(processes()).toEqual([]), { timeout: 5000 });
  } finally {
    vi.unstubAllEnvs();
    rmSync(temp, { recursive: true });
  }
});

test('a base URL on plain http is what Odoo is called by, though its name resolves nowhere', async () => {
  const calledBy = new Set<string | undefined>();
  const url = await odooWith((incoming) => {
    calledBy.add(incoming.headers.host);
    return undefined;
  });
  const { results } = await smoke({ url, baseUrl: new URL('http://uat.example.com'), flows: ['login'] });
  expect(results).toEqual([expect.objectContaining({ id: 'smoke.login', status: 'passed' })]);
  // The first is the session's, opened beside the browser.
  expect([...calledBy]).toEqual([url.host, 'uat.example.com']);
});
