import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { runChecks } from '../run.ts';
import { type MenuWalkOutcome, walkMenus } from '../smoke/menu-walk/walk-menus.ts';
import type { Smoke, SmokeOutcome } from '../smoke/run-smoke.ts';
import { describeRecord, type OdooLog } from '../stack/odoo-log.ts';
import type { RunContext } from '../stack/run-context.ts';
import { logHasArrived } from './log-arrival.ts';
import { rpcCheck } from './rpc-check.ts';
import { chosen } from './selection.ts';
import { stackChecks } from './stack-checks.ts';

/** An Odoo that answers on the copy. */
export interface Running {
  url: URL;
  database: string;
  log: OdooLog;
  ended: AbortSignal;
  address: DatabaseAddress;
  /** Of the image. */
  series: string;
  /** undefined where the database has no administrator. */
  user: { login: string; password: string } | undefined;
}

/** What Odoo itself says: over SQL, HTTP and RPC. */
export async function askOdoo(
  { address, user, ...odoo }: Running,
  required: readonly string[],
): Promise<CheckResult[]> {
  const overSql = await withReadOnlySession(address, (session) =>
    runChecks(chosen(stackChecks, required), { ...odoo, session }),
  );
  if (user === undefined) return overSql;
  return [...overSql, ...(await runChecks(chosen([rpcCheck], required), { ...odoo, ...user }))];
}

/** The browser's flows; none without an administrator to sign in as. */
export async function walkThrough(
  { progress, signal }: RunContext,
  { url, database, user, ended }: Running,
  { smoke, ...kept }: { smoke: Smoke | undefined; baseUrl: URL; screenshots: 'keep' | 'blur'; outDir: string },
): Promise<SmokeOutcome> {
  if (smoke === undefined || user === undefined) return { results: [], artifacts: [] };
  return smoke.run({ url, database, ...user, ...kept, signal, odooEnded: ended, progress });
}

/** Every menu, as the administrator; undefined without one to sign in as. Each finding quotes what Odoo logged meanwhile. */
export async function openMenus(
  { progress, signal }: RunContext,
  { url, database, user, log, ended }: Running,
  kept: { baseUrl: URL; screenshots: 'keep' | 'blur'; outDir: string },
): Promise<MenuWalkOutcome | undefined> {
  if (user === undefined) return undefined;
  const loggedErrors = async () => {
    await logHasArrived(url, log);
    const errors = log.problems.filter(({ level }) => level !== 'WARNING');
    return errors.map((record) => ({ at: log.timeOf(record), message: describeRecord(record) }));
  };
  const visitors = [{ role: 'admin' as const, ...user }];
  return walkMenus({ url, database, visitors, ...kept, loggedErrors, signal, odooEnded: ended, progress });
}

const PERSONAL_DATA = [
  ...['partners', 'users', 'documents', 'messages', 'employees', 'applicants', 'events', 'personal-data'],
  ...['files', 'shapes'],
].map((name) => `sanitize.${name}`);

/** Proven to hold no personal data that a screenshot could show; what was not asked is not proven. */
export function isAnonymous(results: readonly CheckResult[]): boolean {
  return PERSONAL_DATA.every((id) =>
    results.some((each) => each.id === id && (each.status === 'passed' || each.status === 'not-applicable')),
  );
}
