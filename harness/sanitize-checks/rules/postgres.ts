import type { Finding } from '../../check.ts';
import type { SanitizeContext } from '../context.ts';
import type { Examination, RuleSet } from '../rule.ts';
import { whyUnreadable } from '../unreadable.ts';

interface Wire extends Required<Pick<Finding, 'message' | 'location' | 'fix'>> {
  /** Counts what is there. */
  sql: string;
}

const NOT_OF_AN_EXTENSION = (catalog: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = t.oid AND d.deptype = 'e')`;

/** PostgreSQL's own catalogs: what is dumped and restored beside the tables, and reaches out without Odoo. */
const WIRES: readonly Wire[] = [
  {
    location: 'pg_foreign_server',
    message: 'foreign servers: queries of the copy reach other databases',
    fix: 'DROP SERVER … CASCADE.',
    sql: `SELECT count(*) FROM pg_foreign_server t WHERE ${NOT_OF_AN_EXTENSION('pg_foreign_server')}`,
  },
  {
    location: 'pg_user_mappings',
    message: 'user mappings: accounts in other databases, with their passwords',
    fix: 'DROP USER MAPPING FOR … SERVER ….',
    sql: 'SELECT count(*) FROM pg_user_mappings',
  },
  {
    location: 'pg_subscription',
    message: 'subscriptions: the copy follows, and holds up, another database',
    fix: 'ALTER SUBSCRIPTION … DISABLE, SET (slot_name = NONE), and DROP SUBSCRIPTION ….',
    sql: `SELECT count(subname) FROM pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  },
  {
    location: 'pg_event_trigger',
    message: 'event triggers run with every change of the schema',
    fix: 'ALTER EVENT TRIGGER … DISABLE.',
    sql: `SELECT count(*) FROM pg_event_trigger t
           WHERE t.evtenabled <> 'D' AND ${NOT_OF_AN_EXTENSION('pg_event_trigger')}`,
  },
];

const PG_CRON: Wire = {
  location: 'cron.job',
  message: "the database server's own jobs run on this database",
  fix: 'DELETE FROM cron.job, or cron.unschedule(…).',
  sql: 'SELECT count(*) FROM cron.job WHERE active AND database = current_database()',
};

export const postgres: RuleSet = {
  id: 'sanitize.postgres',
  title: 'The database itself reaches no other and runs no job',
  why: 'Foreign servers, subscriptions and jobs of Postgres come along in a dump and reach out without Odoo.',
  source: "PostgreSQL: system catalogs; pg_cron's table cron.job",
  beside: ['pg_foreign_server, pg_user_mappings, pg_subscription, pg_event_trigger, cron.job'],
  severity: 'high',
  rules: () => [],
  also: lookAtCatalogs,
};

async function lookAtCatalogs({ session }: SanitizeContext): Promise<Examination> {
  const result: Examination = { assertions: 0, findings: [], unclear: [] };
  const count = async ({ sql, location }: Wire) => {
    try {
      const [row] = await session.query<{ count: string }>(sql);
      return Number(row?.count);
    } catch (error) {
      result.unclear.push(whyUnreadable(location, error));
      return undefined;
    }
  };
  const scheduler = await count({
    ...PG_CRON,
    location: 'pg_class',
    sql: "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'cron' AND c.relname = 'job'",
  });
  for (const wire of [...WIRES, ...(scheduler === 0 ? [] : [PG_CRON])]) {
    const found = await count(wire);
    if (found === undefined) continue;
    result.assertions += 1;
    const { message, location, fix } = wire;
    if (found !== 0) result.findings.push({ message, location, fix, count: found });
  }
  return result;
}
