import type { ReadOnlySession } from '../database/read-only.ts';
import { whyUnreadable } from './unreadable.ts';

/** What the database turned out to be. Only an Odoo of a version whose tables are known can be judged. */
type OdooDatabase =
  | { kind: 'odoo'; version: string; major: number; modules: ReadonlySet<string> }
  | { kind: 'unknown'; reason: string };

export interface SanitizeContext {
  session: ReadOnlySession;
  /** The stack's own URL: what `web.base.url` has to be. */
  baseUrl: URL;
  /** What every user's password has to be. Without it a stored password can't be judged. */
  stagingPassword?: string;
  /** Hosts of the user's own mail sinks, beside the names that can't resolve. */
  mailSinks: readonly string[];
  database: OdooDatabase;
}

export interface SanitizeOptions {
  baseUrl: URL;
  stagingPassword?: string;
  mailSinks?: readonly string[];
}

/** Looks once at what the database is; never throws for what it finds there. */
export async function sanitizeContext(session: ReadOnlySession, options: SanitizeOptions): Promise<SanitizeContext> {
  return { ...options, session, mailSinks: options.mailSinks ?? [], database: await recognizeOdoo(session) };
}

export const OLDEST = 14;
export const NEWEST = 19;

/** Which Odoo this is, and which modules are installed in it. */
export async function recognizeOdoo(session: ReadOnlySession): Promise<OdooDatabase> {
  if (!session.schema.has('ir_module_module', 'latest_version')) {
    return { kind: 'unknown', reason: 'this is not an Odoo database: it has no table ir_module_module' };
  }
  // Odoo itself makes its databases in UTF-8; in this one nobody knows which letters the bytes are.
  const [server] = await session.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  if (server?.encoding === 'SQL_ASCII') {
    return {
      kind: 'unknown',
      reason: 'the encoding of the database is SQL_ASCII: its text can not be read as letters',
    };
  }
  let installed: { name: string; version: string | null }[];
  try {
    installed = await session.query(
      `SELECT name, latest_version AS version FROM ir_module_module
        WHERE state IN ('installed', 'to upgrade', 'to remove')`,
    );
  } catch (error) {
    return { kind: 'unknown', reason: whyUnreadable('ir_module_module', error) };
  }
  const base = installed.find(({ name }) => name === 'base');
  if (base === undefined) {
    return { kind: 'unknown', reason: 'the module base is not installed: a half-restored or foreign database' };
  }
  const [version, major] = base.version?.match(/^(?:saas[~-])?(\d+)\.\d+/) ?? [];
  if (version === undefined || Number(major) < OLDEST || Number(major) > NEWEST) {
    return {
      kind: 'unknown',
      reason: `only Odoo ${OLDEST} to ${NEWEST} is known; base says ${version ?? 'no version'}`,
    };
  }
  return { kind: 'odoo', version, major: Number(major), modules: new Set(installed.map(({ name }) => name)) };
}
