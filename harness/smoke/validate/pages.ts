import { type Check, type Finding, failedUnlessEmpty } from '../../check.ts';
import type { LiveContext } from './context.ts';
import { type FetchedPage, fetchPage } from './fetch-page.ts';

interface Page {
  path: string;
  signedIn: boolean;
  /** Something that the page has when it is what it should be. */
  has: RegExp;
}

/** The pages that everybody meets, with every bundle that they name. */
export const pagesCheck: Check<LiveContext> = {
  id: 'live.pages',
  title: 'Login page, web client and website are served, with all of their CSS and JavaScript',
  severity: 'critical',
  needs: ['rpc'],
  run: async (context) => {
    const findings: Finding[] = [];
    const bundles = new Set<string>();
    const pages = await pagesOf(context);
    for (const { path, signedIn, has } of pages) {
      const page = await fetchPage(context, path, { signedIn });
      const problem = problemOf(page, has);
      if (problem !== undefined) findings.push({ message: problem, location: path });
      else if ('body' in page) for (const bundle of bundlesIn(page.body, context.url)) bundles.add(bundle);
    }
    if (bundles.size === 0) findings.push({ message: 'no page names any asset bundle', location: '/web/login' });
    for (const bundle of bundles) {
      const problem = problemOfBundle(await fetchPage(context, bundle));
      if (problem !== undefined) findings.push({ message: problem, location: bundle, fix: FIX });
    }
    return failedUnlessEmpty(findings, pages.length + bundles.size);
  },
};

const FIX = "If the filestore is incomplete, restore it with the database; Odoo's log names the missing file.";

async function pagesOf({ database, odoo, session }: LiveContext): Promise<Page[]> {
  const query = new URLSearchParams({ db: database });
  const website = await odoo.searchCount('ir.module.module', [
    ['name', '=', 'website'],
    ['state', '=', 'installed'],
  ]);
  return [
    { path: `/web/login?${query}`, signedIn: false, has: /oe_login_form/ },
    { path: session.version >= 18 ? '/odoo' : '/web', signedIn: true, has: /o_web_client|__session_info__/ },
    ...(website > 0 ? [{ path: '/', signedIn: false, has: /id="wrapwrap"/ }] : []),
  ];
}

function problemOf(page: FetchedPage | { problem: string }, has: RegExp): string | undefined {
  if ('problem' in page) return page.problem;
  if (page.status !== 200) return `answers ${page.status}`;
  return has.test(page.body) ? undefined : 'is not the page that it should be';
}

/** What a page loads from `/web/assets/`, in Odoo 14 from `/web/content/`, by whatever host it names. */
function bundlesIn(html: string, origin: URL): string[] {
  const named = html.matchAll(/(?:href|src)="([^"]*\/web\/(?:assets\/[^"]+|content\/[^"]+\.(?:css|js)))"/g);
  return Array.from(named, ([, path = '']) => {
    const { pathname, search } = new URL(path.replaceAll('&amp;', '&'), origin);
    return pathname + search;
  });
}

function problemOfBundle(page: FetchedPage | { problem: string }): string | undefined {
  if ('problem' in page) return page.problem;
  if (page.status !== 200) return `answers ${page.status}`;
  if (!/css|javascript/.test(page.type)) return `is served as "${page.type}"`;
  return page.body === '' ? 'is empty' : undefined;
}
