import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBrowser, launchOptions } from '../../../harness/smoke/browser.ts';
import type { Privacy } from '../../../harness/smoke/masking.ts';
import { PageWatch } from '../../../harness/smoke/page-watch.ts';
import { serve } from '../../support/local-server.ts';

const SEGMENTATION = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js';
const TRACEBACK = 'File "/mnt/extra-addons/my_sale/models/sale.py", line 12, in action_confirm\nValueError: Jane Doe';
const BROKEN_REPLY = { error: { message: 'Jane Doe', data: { name: 'builtins.ValueError', debug: TRACEBACK } } };

const BUNDLE =
  '/* /web/static/src/a.js */\nconst a = 1;\n/* /my_sale/static/src/b.js */\nnull.foo;\n/* /crm/static/src/c.js */\nconst c = 1;';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(launchOptions(findBrowser(), new URL('http://127.0.0.1')));
});
afterAll(() => browser.close());

/** Opens a page with this script in a real browser, and returns what a watch saw of it. */
async function watched(script: string, { privacy = 'keep' as Privacy, settleMs = 5000 } = {}) {
  const home = await serve((request, response) => {
    const path = new URL(request.url ?? '', 'http://local').pathname;
    const [, status] = /^\/(?:web\/assets\/)?status-(\d+)/.exec(path) ?? [];
    if (path === '/') response.setHeader('content-type', 'text/html').end(`<body><script>${script}</script></body>`);
    else if (path === '/hang') return;
    else if (path === '/web/assets/bundle.js') response.setHeader('content-type', 'text/javascript').end(BUNDLE);
    else if (path.endsWith('.css') && path.includes('/static/'))
      response.setHeader('content-type', 'text/html').setHeader('x-content-type-options', 'nosniff').end('gone');
    else if (path === '/reply')
      response.setHeader('content-type', 'application/json').end(JSON.stringify(BROKEN_REPLY));
    else response.writeHead(Number(status ?? 200)).end();
  });
  const context = await browser.newContext();
  const page = await context.newPage();
  const watch = new PageWatch(page, home, privacy);
  await page.goto(home.href);
  await watch.settled(settleMs);
  const problems = await watch.takeProblems();
  await context.close();
  return { problems, blockedHosts: [...watch.blockedHosts] };
}

test.each([
  ['a script that throws', 'null.foo', [{ kind: 'script-error', message: expect.stringMatching(/^TypeError: /) }]],
  [
    'a rejection that nobody handles',
    'Promise.reject(new Error("x"))',
    [{ kind: 'script-error', message: 'Error: x' }],
  ],
  ['an error on the console', 'console.error("no \\"Jane Doe\\"")', [{ kind: 'console-error', message: 'no "…"' }]],
  [
    'an error inside HTTP 200',
    'fetch("/reply", {method: "POST"})',
    [
      {
        kind: 'server-error',
        message: 'The server answered with builtins.ValueError, raised at my_sale/models/sale.py:12 in action_confirm',
      },
    ],
  ],
  ['HTTP 500', 'fetch("/status-500")', [{ kind: 'http-error', message: 'HTTP 500' }]],
  [
    'a broken asset',
    'document.body.append(Object.assign(new Image(), {src: "/web/assets/status-404.css"}))',
    [{ kind: 'broken-asset', message: 'HTTP 404' }],
  ],
  [
    'an error dialog',
    'document.body.innerHTML = "<div class=o_error_dialog>Jane</div>"',
    [{ kind: 'error-dialog', message: 'An error dialog is open' }],
  ],
  [
    'an error page in place of a style sheet',
    'document.head.append(Object.assign(document.createElement("link"), {rel: "stylesheet", href: "/my_sale/static/reply.css"}))',
    [{ kind: 'broken-asset', location: '/my_sale/static/reply.css', addon: 'my_sale' }],
  ],
  [
    'what Odoo names as the cause',
    'console.error("OwlError: see below\\n    at x (http://127.0.0.1/a.js:1:1)\\n\\nCaused by: TypeError: the cause")',
    [{ kind: 'console-error', message: 'TypeError: the cause' }],
  ],
  [
    'an error with its dialog, as one',
    'fetch("/reply", {method: "POST"}).then(() => { document.body.innerHTML = "<div class=o_error_dialog>" })',
    [{ kind: 'server-error' }],
  ],
])('%s is caught', async (_, script, expected) => {
  const { problems } = await watched(script);
  expect(problems).toEqual(expected.map((problem) => expect.objectContaining(problem)));
});

test.each([
  ['warnings', 'console.warn("hm")'],
  ['known noise', `console.error("'Could not get content for ${SEGMENTATION}.' in file '${SEGMENTATION}'")`],
  [
    'a call that the page itself aborts',
    'const a = new AbortController(); fetch("/hang", a).catch(() => {}); a.abort()',
  ],
])('%s are no problem', async (_, script) => {
  expect(await watched(script)).toEqual({ problems: [], blockedHosts: [] });
});

test('a script that never ends is a problem', async () => {
  const { problems } = await watched('addEventListener("load", () => setTimeout(() => { for (;;); }))', {
    settleMs: 500,
  });
  expect(problems).toEqual([expect.objectContaining({ kind: 'stuck', message: 'A script keeps the page busy' })]);
});

test('an error in a bundle is blamed on the module whose file is there', async () => {
  const script =
    'document.body.append(Object.assign(document.createElement("script"), {src: "/web/assets/bundle.js"}))';
  const { problems } = await watched(script);
  expect(problems).toEqual([expect.objectContaining({ kind: 'script-error', addon: 'my_sale' })]);
});

test('a call that never ends is a problem', async () => {
  const { problems } = await watched('fetch("/hang")', { settleMs: 300 });
  expect(problems).toEqual([expect.objectContaining({ kind: 'stuck', location: '/hang' })]);
});

test('settling waits for calls that follow from calls', async () => {
  const { problems } = await watched('fetch("/a").then(() => fetch("/b")).then(() => fetch("/status-500"))');
  expect(problems).toEqual([expect.objectContaining({ kind: 'http-error', location: '/status-500' })]);
});

test.each(['http://example.com/x', 'https://198.51.100.7/x'])(
  '%s is not reached, and is no problem',
  async (address) => {
    const { problems, blockedHosts } = await watched(`fetch("${address}", {mode: "no-cors"}).catch(() => {})`);
    expect({ problems, blockedHosts }).toEqual({ problems: [], blockedHosts: [new URL(address).host] });
  },
);

test('under blur no text of the page leaves it', async () => {
  const { problems } = await watched('console.error("Jane Doe"); throw new Error("Jane Doe")', { privacy: 'blur' });
  expect(problems.map(({ kind }) => kind).sort()).toEqual(['console-error', 'script-error']);
  expect(JSON.stringify(problems)).not.toContain('Jane');
});
