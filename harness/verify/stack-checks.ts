import type { Check } from '../check.ts';
import { type Finding, failedUnlessEmpty, inconclusive, passed } from '../check.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import { messageOf } from '../errors.ts';
import { maskValues } from '../masking.ts';
import { getPage } from '../stack/get-page.ts';
import { modulesLeftOut } from '../stack/modules-left-out.ts';
import { describeRecord, type OdooLog } from '../stack/odoo-log.ts';
import { isKnownLogNoise } from './known-log-noise.ts';
import { logHasArrived } from './log-arrival.ts';

/** A started Odoo, and the database below it. */
export interface StackContext {
  /** With the address of Odoo's own machine: its connections to the database come from there. */
  url: URL;
  database: string;
  log: OdooLog;
  session: ReadOnlySession;
}

const LOG_LOST = "Odoo's log does not arrive: it ended, or logs elsewhere";

/** The answers that Odoo gives before a browser comes. Ids `stack.*`. */
export const stackChecks: readonly Check<StackContext>[] = [
  {
    id: 'stack.modules',
    title: 'Every module is installed, none waits',
    severity: 'critical',
    needs: ['sql', 'log'],
    run: async ({ session, log, url }) => {
      const [connected] = await session.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database() AND client_addr = $1::inet`,
        [url.hostname],
      );
      if (connected === undefined || connected.count === 0) {
        return inconclusive('the Odoo that answers is not connected to the database that is checked');
      }
      const rows = await session.query<{ state: string; count: number }>(
        `SELECT state, count(*)::int AS count FROM ir_module_module
          WHERE state IN ('installed', 'to install', 'to upgrade', 'to remove') GROUP BY state`,
      );
      const installed = rows.find(({ state }) => state === 'installed')?.count ?? 0;
      if (installed === 0) return inconclusive('no module is installed: this is not an Odoo database');
      const waiting: Finding[] = rows
        .filter(({ state }) => state !== 'installed')
        .map(({ state, count }) => ({
          message: `modules are in state "${state}": an update was begun and never finished`,
          location: 'ir_module_module.state',
          count,
          fix: 'Finish it: start Odoo once with -u on these modules.',
        }));
      // Odoo starts without them and only says so in its log.
      if (!(await logHasArrived(url, log)) && waiting.length === 0) return inconclusive(LOG_LOST);
      return failedUnlessEmpty([...waiting, ...modulesLeftOut(log)], installed);
    },
  },
  {
    id: 'stack.assets',
    title: 'The login page and its CSS and JavaScript are served',
    severity: 'high',
    needs: ['rpc'],
    run: async ({ url, database }) => {
      const page = await getPage(new URL(`/web/login?${new URLSearchParams({ db: database })}`, url), {
        timeoutMs: 60_000,
      });
      const html = await page.text();
      if (!page.ok) return failedUnlessEmpty([{ message: `answers ${page.status}`, location: '/web/login' }], 1);
      const assets = assetsOf(html, url);
      if (assets.length === 0) {
        return failedUnlessEmpty([{ message: 'the page names no asset bundle at all', location: '/web/login' }], 1);
      }
      const findings: Finding[] = [];
      for (const asset of assets) {
        const problem = await problemOfAsset(asset);
        if (problem !== undefined) {
          findings.push({
            message: problem,
            location: asset.pathname,
            fix: "If the filestore is incomplete, restore it with the database; Odoo's log names the missing file.",
          });
        }
      }
      return failedUnlessEmpty(findings, assets.length);
    },
  },
];

/** What a page loads from `/web/assets/`, in Odoo 14 from `/web/content/`. The page may name the frozen base URL's host, which leads elsewhere from here. */
function assetsOf(html: string, origin: URL): URL[] {
  const named = [...html.matchAll(/(?:href|src)="([^"]*\/web\/(?:assets\/[^"]+|content\/[^"]+\.(?:css|js)))"/g)].map(
    ([, path = '']) => path,
  );
  const own = named.map((path) => {
    const { pathname, search } = new URL(path.replaceAll('&amp;', '&'), origin);
    return pathname + search;
  });
  return [...new Set(own)].map((path) => new URL(path, origin));
}

async function problemOfAsset(asset: URL): Promise<string | undefined> {
  try {
    const response = await getPage(asset, { timeoutMs: 120_000 });
    const body = await response.arrayBuffer();
    if (!response.ok) return `answers ${response.status}`;
    const type = response.headers.get('content-type') ?? '';
    if (!/css|javascript/.test(type)) return `is served as "${type}"`;
    return body.byteLength === 0 ? 'is empty' : undefined;
  } catch (error) {
    return `can't be fetched: ${maskValues(messageOf(error))}`;
  }
}

/** Every different error of a log, counted. */
export function errorsOf(log: OdooLog): Finding[] {
  const errors = log.problems.filter((record) => record.level !== 'WARNING');
  const unkept = log.errorCount - errors.length;
  const groups = Map.groupBy(
    errors.filter((record) => !isKnownLogNoise(record)),
    describeRecord,
  );
  const findings: Finding[] = [...groups].map(([message, records]) => ({
    message,
    location: records[0]?.logger ?? '',
    count: records.length,
  }));
  if (unkept > 0) findings.push({ message: 'more errors than are kept', count: unkept });
  return findings;
}

/** Run last: what Odoo logged from its start to the end of the smoke flows. */
export const logCheck: Check<Pick<StackContext, 'log' | 'url'>> = {
  id: 'stack.log',
  title: "Odoo's log is free of errors",
  severity: 'high',
  needs: ['log'],
  run: async ({ log, url }) => {
    const arrived = await logHasArrived(url, log);
    const findings = errorsOf(log);
    if (findings.length > 0) return failedUnlessEmpty(findings, log.records);
    return arrived ? passed(log.records) : inconclusive(LOG_LOST);
  },
};
