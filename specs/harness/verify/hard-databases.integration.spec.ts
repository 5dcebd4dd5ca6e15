import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CheckResult } from '../../../harness/check.ts';
import { connect, type DatabaseAddress } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { type RunReport, runChecks } from '../../../harness/run.ts';
import { sanitizeChecks } from '../../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { checkDatabase } from '../../../harness/verify/check-database.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const BASE_URL = new URL('http://uat.test');
/** Written in Latin-1 and in UTF-8 by other bytes. */
const PERSON = 'Jürgen Weißmüller';

const demo = useDemoStack({ odoo: false });
const at = (database: string, user?: string): DatabaseAddress => ({
  ...demo().database,
  database,
  ...(user === undefined ? {} : { user }),
});

async function write(database: string, ...statements: string[]): Promise<void> {
  const client = await connect(at(database));
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Runs a line of shell beside the server. */
async function shell(line: string): Promise<void> {
  await demo().programs.run('psql', ['--dbname', 'postgres', '--command', `\\! set -e; ${line}`]);
}

/** A copy of the demo's database, for one test. */
async function copyOfDemo(): Promise<string> {
  const name = `copy_${copies++}`;
  await write('postgres', `CREATE DATABASE ${name} TEMPLATE ${demo().database.database} STRATEGY file_copy`);
  onTestFinished(() => write('postgres', `DROP DATABASE ${name} WITH (FORCE)`));
  return name;
}
let copies = 0;

/** The demo's tables without its rows, in another encoding. */
async function schemaIn(encoding: string, name: string): Promise<void> {
  await write('postgres', `CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  await shell(`pg_dump --section=pre-data ${demo().database.database} | psql -q -v ON_ERROR_STOP=1 ${name} >/dev/null`);
}

const check = (database: string, user?: string): Promise<RunReport> =>
  checkDatabase({
    address: at(database, user),
    baseUrl: BASE_URL,
    progress: silentProgress,
    signal: new AbortController().signal,
  });

const idsBy = (report: RunReport, status: CheckResult['status']) =>
  report.checks.filter((each) => each.status === status).map(({ id }) => id);
const said = ({ checks }: RunReport, id: string) => JSON.stringify(checks.find((each) => each.id === id));
const reasonOf = ({ checks }: RunReport, id: string) => {
  const found = checks.find((each) => each.id === id);
  return found !== undefined && 'reason' in found ? found.reason : found?.status;
};

beforeAll(async () => {
  await write('postgres', `CREATE ROLE auditor LOGIN PASSWORD '${demo().database.password}'`);
});

describe('a database that is not whole', () => {
  test('never passes, whatever it lacks, and says what', async () => {
    // A restore that stopped before the rows.
    await schemaIn('UTF8', 'bare');
    for (const [change, reason] of [
      ['SELECT 1', /the module base is not installed: a half-restored/],
      [
        "INSERT INTO ir_module_module (name, state, latest_version) VALUES ('base', 'installed', '20.0.1.3')",
        /only Odoo 14 to 19 is known/,
      ],
      ['UPDATE ir_module_module SET latest_version = NULL', /base says no version/],
      ["UPDATE ir_module_module SET latest_version = '19.0.1.3'", /has no rows: a half-restored/],
      ['ALTER TABLE ir_module_module DROP latest_version', /not an Odoo database/],
    ] as const) {
      await write('bare', change);
      const report = await check('bare');
      expect(report.verdict).not.toBe('pass');
      expect(idsBy(report, 'passed')).not.toContain('sanitize.partners');
      expect(reasonOf(report, 'sanitize.recognized')).toMatch(reason);
    }
  });

  test('whose restore stopped midway never passes, and says what is missing', async () => {
    await write('postgres', 'CREATE DATABASE half');
    // Rows come in the order of the tables' names: partners and users never did.
    await shell(
      `pg_dump ${demo().database.database} | sed '/^COPY public.res_partner /,$d' | psql -q half >/dev/null 2>&1`,
    );
    const report = await check('half');
    expect(report.verdict).not.toBe('pass');
    expect(reasonOf(report, 'sanitize.recognized')).toMatch(/the table res_\w+ has no rows: a half-restored database/);
    for (const id of ['sanitize.partners', 'sanitize.users']) expect(idsBy(report, 'passed')).not.toContain(id);
  });
});

describe('what can not be read', () => {
  test('for want of rights on a few tables is named, and never passes', async () => {
    const { database } = demo().database;
    await write(
      database,
      'GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor',
      'REVOKE SELECT ON ir_cron, payment_provider FROM auditor',
    );
    const report = await check(database, 'auditor');
    for (const [id, table] of [
      ['sanitize.crons', 'ir_cron'],
      ['sanitize.payment', 'payment_provider'],
    ] as const) {
      expect(said(report, id)).toContain(`${table} could not be read: permission denied`);
      expect(idsBy(report, 'passed')).not.toContain(id);
    }
  });

  test('because a session holds it is waited for a while, then named; the rest is judged', async () => {
    const { database } = demo().database;
    const client = await connect(at(database));
    await client.query('BEGIN; LOCK TABLE res_partner, ir_cron IN ACCESS EXCLUSIVE MODE');
    try {
      const started = performance.now();
      const report = await check(database);
      expect(performance.now() - started).toBeLessThan(20_000);
      for (const [id, table] of [
        ['sanitize.crons', 'ir_cron'],
        ['sanitize.partners', 'res_partner'],
      ] as const) {
        expect(said(report, id)).toContain(`${table} could not be read: the table is locked (SQLSTATE 55P03)`);
        expect(idsBy(report, 'passed')).not.toContain(id);
      }
      expect(idsBy(report, 'failed')).toContain('sanitize.users');
    } finally {
      await client.end();
    }
  });

  test('in time is named, and the session goes on', async () => {
    const { database } = demo().database;
    const client = await connect(at(database));
    await client.query('BEGIN; LOCK TABLE ir_mail_server IN ACCESS EXCLUSIVE MODE');
    try {
      const results = await withReadOnlySession(
        at(database),
        async (session) => runChecks(sanitizeChecks, await sanitizeContext(session, { baseUrl: BASE_URL })),
        // Shorter than the wait for a lock: so the statement ends by its own limit.
        { statementTimeoutMs: 1_900 },
      );
      expect(results.find(({ id }) => id === 'sanitize.mail-servers')).toMatchObject({
        status: 'inconclusive',
        reason: expect.stringContaining('ir_mail_server could not be read: the statement timed out (SQLSTATE 57014)'),
      });
      expect(results.find(({ id }) => id === 'sanitize.users')?.status).toBe('failed');
    } finally {
      await client.end();
    }
  });

  test('of the catalog in time ends in an error that says so', async () => {
    const reading = withReadOnlySession(demo().database, async () => 'never', { statementTimeoutMs: 1 });
    await expect(reading).rejects.toMatchObject({ code: 'database-catalog', exitCode: 3 });
  });
});

test("a function of the database's own does not take the place of Postgres'", async () => {
  const database = await copyOfDemo();
  const before = idsBy(await check(database), 'failed');
  await write(
    database,
    `CREATE FUNCTION public.btrim(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT ''::text $$;
     CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'invalid'::text $$`,
  );
  expect(idsBy(await check(database), 'failed')).toEqual(before);
});

describe('values that are no plain text', () => {
  test('are looked at all the same', async () => {
    const database = await copyOfDemo();
    await write(
      database,
      `ALTER TABLE res_partner ADD acme_json json, ADD acme_token varchar;
       UPDATE res_partner SET acme_json = '{"a": "\\ud800", "b": "\\u0000", "c\\u0001": 1}', acme_token = E'\\x01\\x02'
        WHERE id = 1;
       UPDATE res_partner SET name = E'${PERSON}\\x01\\x7f' WHERE id = 1`,
    );
    const report = await check(database);
    expect(idsBy(report, 'failed')).toEqual(expect.arrayContaining(['sanitize.partners', 'sanitize.secrets']));
    expect(JSON.stringify(report)).toContain('res_partner.acme_token');
    expect(JSON.stringify(report)).not.toContain(PERSON);
  });

  test('in Latin-1 are looked at as letters', async () => {
    await schemaIn('LATIN1', 'latin');
    await write(
      'latin',
      "INSERT INTO ir_module_module (name, state, latest_version) VALUES ('base', 'installed', '19.0.1.3')",
      `DO $$ DECLARE name text; BEGIN
         FOR name IN SELECT attname FROM pg_attribute
                      WHERE attrelid = 'res_partner'::regclass AND attnotnull AND attnum > 0 AND attname <> 'id'
         LOOP EXECUTE format('ALTER TABLE res_partner ALTER %I DROP NOT NULL', name); END LOOP;
       END $$`,
      `INSERT INTO res_partner (id, name) VALUES (1, '${PERSON}')`,
    );
    const report = await check('latin');
    expect(report.verdict).not.toBe('pass');
    expect(said(report, 'sanitize.partners')).toContain('res_partner.name');
  });

  test('of an encoding that nobody knows can not be judged', async () => {
    await schemaIn('SQL_ASCII', 'bytes');
    const report = await check('bytes');
    expect(report.verdict).toBe('inconclusive');
    expect([...idsBy(report, 'passed'), ...idsBy(report, 'failed')]).toEqual([]);
    expect(reasonOf(report, 'sanitize.recognized')).toMatch(/SQL_ASCII/);
  });
});

describe('a database of ten thousand tables', () => {
  test('is checked without a lock for each of them', async () => {
    const { database } = demo().database;
    for (let from = 0; from < 10_000; from += 2_000) {
      await write(
        database,
        `DO $$ BEGIN FOR n IN ${from}..${from + 1_999} LOOP
           EXECUTE format('CREATE UNLOGGED TABLE acme_%s AS SELECT ''x''::varchar(9) AS name', n);
         END LOOP; END $$`,
      );
    }
    const report = await check(database);
    expect(idsBy(report, 'failed')).toContain('sanitize.partners');
    expect(said(report, 'sanitize.secrets')).not.toContain('could not be read');
  });
});
