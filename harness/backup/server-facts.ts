import type { ReadOnlySession } from '../database/read-only.ts';
import { UsageError } from '../errors.ts';
import { seriesOf } from './restorable.ts';

export interface ServerFacts {
  /** Series of the database: `19.0`. */
  odooVersion: string;
  /** Version of the module base, as installed: `19.0.1.3`. */
  baseVersion: string;
  /** Installed modules. */
  modules: number;
  postgresMajor: number;
}

/** Reads which Odoo a database belongs to. Throws `UsageError` where none is installed in it. */
export async function readServerFacts(session: ReadOnlySession): Promise<ServerFacts> {
  if (!session.schema.has('ir_module_module', 'latest_version')) throw notOdoo();
  const [facts] = await session.query<{ baseVersion: string | null; modules: number; postgresMajor: number }>(
    `SELECT (SELECT latest_version FROM ir_module_module WHERE name = 'base' AND state <> 'uninstalled') AS "baseVersion",
            (SELECT count(*)::int FROM ir_module_module WHERE state IN ('installed', 'to upgrade', 'to remove')) AS modules,
            current_setting('server_version_num')::int / 10000 AS "postgresMajor"`,
  );
  const odooVersion = seriesOf(facts?.baseVersion ?? '');
  if (facts?.baseVersion == null || odooVersion === undefined) throw notOdoo();
  return { odooVersion, baseVersion: facts.baseVersion, modules: facts.modules, postgresMajor: facts.postgresMajor };
}

function notOdoo(): UsageError {
  return new UsageError('database-not-odoo', 'There is no Odoo in the database: its module "base" is not installed.', {
    next: 'Name the database that Odoo runs on.',
  });
}
