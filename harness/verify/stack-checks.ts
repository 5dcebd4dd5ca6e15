import type { Check } from '../check.ts';
import { type Finding, failedUnlessEmpty, inconclusive, passed } from '../check.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import { messageOf } from '../errors.ts';
import { maskValues } from '../masking.ts';
import type { LogRecord, OdooLog } from '../stack/odoo-log.ts';
import { isKnownLogNoise } from './known-log-noise.ts';

/** A started Odoo, and the database below it. */
export interface StackContext {
  url: URL;
  database: string;
  log: OdooLog;
  session: ReadOnlySession;
}

/** The answers that Odoo gives before a browser comes. Ids `stack.*`. */
export const stackChecks: readonly Check<StackContext>[] = [
  {
    id: 'stack.modules',
    title: 'Every module is installed, none waits',
    severity: 'critical',
    needs: ['sql', 'log'],
    run: async ({ session, log }) => {
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
      const absent: Finding[] = log.problems
        .filter(({ message }) => /modules are not loaded|invalid module names|inconsistent states/i.test(message))
        .map(({ message }) => ({
          message: message.split('\n')[0] ?? '',
          location: "Odoo's log",
          fix: 'The image lacks the code of these modules: add their addons to it, or with --addons.',
        }));
      return failedUnlessEmpty([...waiting, ...absent], installed);
    },
  },
  {
    id: 'stack.assets',
    title: 'The login page and its CSS and JavaScript are served',
    severity: 'high',
    needs: ['rpc'],
    run: async ({ url, database }) => {
      const login = new URL(`/web/login?${new URLSearchParams({ db: database })}`, url);
      const page = await fetch(login, { signal: AbortSignal.timeout(60_000) });
      const html = await page.text();
      if (!page.ok)
        return failedUnlessEmpty([{ message: `the login page answers ${page.status}`, location: '/web/login' }], 1);
      const assets = [...html.matchAll(/(?:href|src)="([^"]*\/web\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
      if (assets.length === 0) {
        return failedUnlessEmpty(
          [{ message: 'the login page names no asset bundle at all', location: '/web/login' }],
          1,
        );
      }
      const findings: Finding[] = [];
      for (const path of new Set(assets)) {
        // The page may name the frozen base URL's host, which leads elsewhere from here.
        const { pathname, search } = new URL(path.replaceAll('&amp;', '&'), url);
        const problem = await problemOfAsset(new URL(pathname + search, url));
        if (problem !== undefined) {
          findings.push({
            message: problem,
            location: pathname,
            fix: "If the filestore is incomplete, restore it with the database; Odoo's log names the missing file.",
          });
        }
      }
      return failedUnlessEmpty(findings, new Set(assets).size);
    },
  },
];

async function problemOfAsset(asset: URL): Promise<string | undefined> {
  try {
    const response = await fetch(asset, { signal: AbortSignal.timeout(120_000) });
    const body = await response.arrayBuffer();
    if (!response.ok) return `answers ${response.status}`;
    const type = response.headers.get('content-type') ?? '';
    if (!/css|javascript/.test(type)) return `is served as "${type}"`;
    return body.byteLength === 0 ? 'is empty' : undefined;
  } catch (error) {
    return `can't be fetched: ${messageOf(error)}`;
  }
}

/** Run last: what Odoo logged from its start to the end of the smoke flows. */
export const logCheck: Check<{ log: OdooLog }> = {
  id: 'stack.log',
  title: "Odoo's log is free of errors",
  severity: 'high',
  needs: ['log'],
  run: async ({ log }) => {
    if (log.records === 0) return inconclusive('Odoo wrote no log that can be read');
    const errors = log.problems.filter((record) => record.level !== 'WARNING' && !isKnownLogNoise(record));
    const groups = Map.groupBy(errors, describe);
    const findings: Finding[] = [...groups].map(([message, records]) => ({
      message,
      location: records[0]?.logger ?? '',
      count: records.length,
    }));
    if (log.problemCount > log.problems.length) {
      findings.push({
        message: 'more records above INFO than are kept',
        count: log.problemCount - log.problems.length,
      });
    }
    return findings.length === 0 ? passed(log.records) : failedUnlessEmpty(findings, log.records);
  },
};

/** Level, first line and the exception's class: a record's further words may quote data. */
function describe({ level, message }: LogRecord): string {
  const lines = message.trimEnd().split('\n');
  const exception =
    lines.length > 1 ? /^([\w.]+(?:Error|Exception|Warning|\w+))(?::|$)/.exec(lines.at(-1) ?? '')?.[1] : undefined;
  return `${level}: ${maskValues(lines[0] ?? '')}${exception === undefined ? '' : ` (${exception})`}`;
}
