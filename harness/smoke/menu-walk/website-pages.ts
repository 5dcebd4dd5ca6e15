import { getPage } from '../../stack/get-page.ts';
import type { OpenSession } from '../session.ts';
import type { NotReached } from './role-walk.ts';
import type { Screen } from './screens.ts';

/** Of pages that differ in their last part alone, a shop's products, this many are looked at. */
const ALIKE = 3;
const TIMEOUT_MS = 60_000;

/** The pages that a visitor finds, and those that are like one of them. */
interface Pages {
  screens: Screen[];
  leftOut: NotReached[];
}

/** What the sitemap names; the login page alone where there is no website. */
export async function publicPages(url: URL): Promise<Pages> {
  const response = await getPage(new URL('/sitemap.xml', url), { timeoutMs: TIMEOUT_MS });
  if (!response.ok) return withoutAlike(['/web/login']);
  const xml = await response.text();
  const named = [...xml.matchAll(/<loc>\s*([^<\s]+)\s*<\/loc>/g)].map(([, address = '']) => pathOf(address, url));
  return withoutAlike(named);
}

/** The customer portal's home, and what it links to below `/my`. */
export async function portalPages(url: URL, session: OpenSession): Promise<Pages> {
  const headers = { Cookie: `session_id=${session.cookie}` };
  const response = await getPage(new URL('/my/home', url), { timeoutMs: TIMEOUT_MS, headers });
  const html = await response.text();
  const linked = [...html.matchAll(/href="(\/my\/[^"#?]*)/g)].map(([, path = '']) => pathOf(path, url));
  return withoutAlike(['/my/home', ...linked]);
}

function withoutAlike(paths: readonly string[]): Pages {
  const screens: Screen[] = [];
  const leftOut: NotReached[] = [];
  const distinct = [...new Set(paths)].sort();
  for (const [folder, alike] of Map.groupBy(distinct, (path) => path.slice(0, path.lastIndexOf('/')))) {
    // Pages at the top are each of their own kind.
    const most = folder === '' ? alike.length : ALIKE;
    screens.push(...alike.slice(0, most).map(screenOf));
    leftOut.push(
      ...alike
        .slice(most)
        .map((screen) => ({ screen: screenOf(screen), reason: `like ${most} others below ${folder}/`, isOpen: false })),
    );
  }
  return { screens, leftOut };
}

function screenOf(path: string): Screen {
  return { key: path, title: path, target: { kind: 'page', path }, menus: [] };
}

function pathOf(address: string, base: URL): string {
  return URL.canParse(address, base) ? new URL(address, base).pathname : '/';
}
