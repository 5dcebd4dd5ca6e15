import { join, relative } from 'node:path';
import { type BrowserContext, test as base, expect, type TestInfo } from 'playwright/test';
import { BLUR } from './blur.ts';
import { findBrowser, launchOptions } from './browser.ts';
import { flowName, slug } from './flow-files.ts';
import { PageWatch } from './page-watch.ts';
import { type FlowRecord, NO_PROBLEMS, RECORD_CONTENT_TYPE } from './run-events.ts';
import { type OpenSession, readSession } from './session.ts';
import { browserAddress, readSettings } from './settings.ts';
import { WebClient } from './web-client.ts';

export { expect };

/** Runs one step of a flow: it ends when the page has settled, keeps a screenshot, and fails on any error the page met. */
type Step = <T>(title: string, work: () => Promise<T>) => Promise<T>;

interface FlowFixtures {
  /** `test.use({ signedIn: false })` starts a flow as a visitor. */
  signedIn: boolean;
  watch: PageWatch;
  step: Step;
  odoo: WebClient;
}

/** Playwright's `test` with an Odoo in reach: `page` starts signed in, `odoo` knows the web client, `step` watches for errors. */
export const test = base.extend<FlowFixtures, { sharedContext: BrowserContext }>({
  signedIn: [true, { option: true }],

  // Here and not in the configuration: that is read before it is known where Odoo is.
  launchOptions: [
    async ({ launchOptions: configured }, use) => {
      const settings = readSettings();
      const shown = browserAddress(settings);
      const mapped = shown === settings.url ? undefined : { from: shown, to: settings.url };
      await use({ ...configured, ...launchOptions(findBrowser(), settings.url, mapped) });
    },
    { scope: 'worker' },
  ],

  // One context for all flows of a worker: Odoo's bundles are many megabytes, and each context has a cache of its own.
  sharedContext: [
    async ({ browser }, use) => {
      const settings = readSettings();
      const context = await browser.newContext({
        baseURL: browserAddress(settings).href,
        viewport: { width: 1280, height: 800 },
      });
      if (settings.screenshots === 'keep') await context.tracing.start({ snapshots: true });
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],

  context: async ({ sharedContext, signedIn }, use, testInfo) => {
    const settings = readSettings();
    await sharedContext.clearCookies();
    if (signedIn) {
      const url = browserAddress(settings).origin;
      await sharedContext.addCookies([{ name: 'session_id', value: requireSession().cookie, url, httpOnly: true }]);
    }
    // A trace of signing in would hold the password.
    const traced = signedIn && settings.screenshots === 'keep';
    if (traced) await sharedContext.tracing.startChunk({ title: testInfo.title });
    await use(sharedContext);
    if (!traced) return;
    if (testInfo.errors.length === 0) return sharedContext.tracing.stopChunk();
    const path = artifactPath(testInfo, 'trace.zip');
    await sharedContext.tracing.stopChunk({ path });
    await attachArtifact(testInfo, 'trace', testInfo.title, path);
  },

  page: async ({ context }, use) => {
    const page = await context.newPage();
    await use(page);
    await page.close();
  },

  watch: async ({ page }, use, testInfo) => {
    const settings = readSettings();
    const watch = new PageWatch(page, browserAddress(settings), settings.screenshots);
    await use(watch);
    await expectNoProblems(watch, 'after the last step', testInfo);
    for (const host of watch.blockedHosts) await attach(testInfo, { type: 'blocked-host', host });
  },

  step: async ({ page, watch }, use, testInfo) => {
    const style = readSettings().screenshots === 'blur' ? BLUR : '';
    let count = 0;
    await use((title, work) =>
      test.step(title, async () => {
        count += 1;
        const path = artifactPath(testInfo, `${String(count).padStart(2, '0')}-${slug(title)}.png`);
        try {
          const result = await work();
          await watch.settled();
          return result;
        } finally {
          const screenshot = await page.screenshot({ path, style, timeout: 10_000 }).catch(() => undefined);
          if (screenshot) await attachArtifact(testInfo, 'screenshot', title, path);
          await expectNoProblems(watch, title, testInfo);
        }
      }),
    );
  },

  // `watch` is asked for so that a flow without steps is watched, too.
  odoo: async ({ page, watch }, use) => {
    await use(new WebClient(page, watch, readSettings(), requireSession()));
  },
});

/** Ends the flow as not applicable. The reason must be a proof: the module is not installed. */
export function notApplicable(reason: string): never {
  return endFlow('not-applicable', reason);
}

/** Ends the flow as inconclusive: it can't be told whether this works. */
export function cannotTell(reason: string): never {
  return endFlow('inconclusive', reason);
}

function endFlow(type: string, description: string): never {
  test.info().annotations.push({ type, description });
  test.info().skip(true, description);
  throw new Error(description);
}

function requireSession(): OpenSession {
  const session = readSession();
  if (session.state === 'refused') cannotTell(`signing in was refused: ${session.reason}`);
  return session;
}

async function expectNoProblems(watch: PageWatch, step: string, testInfo: TestInfo): Promise<void> {
  const problems = await watch.takeProblems();
  for (const problem of problems) await attach(testInfo, { type: 'problem', step, ...problem });
  expect.soft(problems.length, NO_PROBLEMS).toBe(0);
}

function artifactPath(testInfo: TestInfo, name: string): string {
  return join(readSettings().outDir, 'smoke', flowName(testInfo.file), slug(testInfo.title), name);
}

async function attachArtifact(
  testInfo: TestInfo,
  kind: 'screenshot' | 'trace',
  title: string,
  path: string,
): Promise<void> {
  const check = `smoke.${flowName(testInfo.file)}`;
  const relativePath = relative(readSettings().outDir, path);
  await attach(testInfo, { type: 'artifact', kind, title: `${check}: ${title}`, path: relativePath });
}

async function attach(testInfo: TestInfo, record: FlowRecord): Promise<void> {
  await testInfo.attach(record.type, { body: JSON.stringify(record), contentType: RECORD_CONTENT_TYPE });
}
