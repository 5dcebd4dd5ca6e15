import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failedUnlessEmpty } from '../../../harness/check.ts';
import { writeReport } from '../../../harness/report/write.ts';
import { findBrowser, launchOptions } from '../../../harness/smoke/browser.ts';
import { reportOf, result } from './sample-report.ts';

const UNBREAKABLE = 'x'.repeat(400);
const PLANTED = '<script>alert(1)</script><img src="http://planted.example/x.png" onerror="alert(2)">';

let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-page-'));
  browser = await chromium.launch(launchOptions(findBrowser(), new URL('http://localhost')));
  await mkdir(join(folder, 'smoke'));
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.setContent('<h1>Sales</h1>');
  for (const name of ['first', 'second']) await page.screenshot({ path: join(folder, 'smoke', `${name}.png`) });
  await page.close();

  const findings = [{ message: `${PLANTED} ${UNBREAKABLE}`, location: UNBREAKABLE, count: 1, fix: PLANTED }];
  await writeReport(
    reportOf([result('sanitize.planted', `${PLANTED} ${UNBREAKABLE}`, 'high', failedUnlessEmpty(findings, 1))], {
      artifacts: [
        { kind: 'screenshot', title: 'first', path: 'smoke/first.png' },
        { kind: 'screenshot', title: 'second', path: 'smoke/second.png' },
        { kind: 'log', title: UNBREAKABLE, path: `${UNBREAKABLE}.log` },
      ],
    }),
    folder,
  );
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function withPage<T>(options: BrowserContextOptions, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

const open = (page: Page) => page.goto(pathToFileURL(join(folder, 'report.html')).href);

describe('the HTML report in a browser', () => {
  it('runs nothing that was planted and asks nobody for anything', async () => {
    await withPage({}, async (page) => {
      const seen: string[] = [];
      page.on('dialog', async (dialog) => {
        seen.push(`dialog ${dialog.message()}`);
        await dialog.dismiss();
      });
      page.on('request', (request) => {
        if (!/^(?:file|data):/.test(request.url())) seen.push(request.url());
      });
      await open(page);
      await page.waitForLoadState('networkidle');
      expect(seen).toEqual([]);
    });
  });

  it('shows the planted text as text', async () => {
    await withPage({}, async (page) => {
      await open(page);
      expect(await page.locator('.check .name').textContent()).toContain(PLANTED);
    });
  });

  it.each([1280, 390])('never scrolls sideways at a width of %i pixels', async (width) => {
    await withPage({ viewport: { width, height: 800 } }, async (page) => {
      await open(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    });
  });

  it('enlarges a screenshot, turns to the next and closes, without JavaScript', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      await open(page);
      const [first, second] = [page.locator('#screenshot-0'), page.locator('#screenshot-1')];
      await page.getByRole('link', { name: 'Enlarge: first' }).click();
      expect(await first.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
      await first.getByRole('link', { name: 'Next' }).click();
      expect(await second.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 800 });
      await second.getByRole('link', { name: 'Close' }).click();
      expect((await second.boundingBox())?.width).toBeLessThan(640);
    });
  });

  it('decodes the screenshots that it holds', async () => {
    await withPage({}, async (page) => {
      await open(page);
      const widths = await page
        .locator('img')
        .evaluateAll((images) => images.map((img) => (img as HTMLImageElement).naturalWidth));
      expect(widths).toEqual([1366, 1366]);
    });
  });
});
