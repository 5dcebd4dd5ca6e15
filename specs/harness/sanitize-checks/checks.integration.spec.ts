import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { armLikeProduction, PLANTED } from '../../../fixtures/demo/arm.ts';
import type { CheckResult } from '../../../harness/check.ts';
import { parseUserRules } from '../../../harness/config/user-rules.ts';
import { connect } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { runChecks } from '../../../harness/run.ts';
import { sanitize } from '../../../harness/sanitize/sanitize.ts';
import { sanitizeChecks, sanitizeChecksWith } from '../../../harness/sanitize-checks/checks.ts';
import { type SanitizeOptions, sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { useDemoStack } from '../../support/demo-stack.ts';
import { rolledBack, sessionWithin } from './transaction.ts';

const STAGING_PASSWORD = 'staging-only-73';
// Its hash with few rounds: dozens of checks below verify it, and the rounds are not what they are about.
const STAGING_HASH =
  '$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$URo9AtOWzDtpIeh.FzlPDb0NH8wy4VgKjDCey5O0FTJ.nk1pA/2X8flX0vugiaGhuLV9MgKylAcw5P6N1wD8eQ';
const OPTIONS = { baseUrl: new URL('http://172.20.0.9:8069'), stagingPassword: STAGING_PASSWORD };
const IDS = sanitizeChecks.map(({ id }) => id);
/** The demo has none of their tables. */
const NOT_APPLICABLE = [
  'sanitize.point-of-sale',
  'sanitize.delivery',
  'sanitize.marketing',
  'sanitize.calendars',
  'sanitize.applicants',
  'sanitize.events',
];
/** What this production does not get wrong. */
const CLEAN_IN_PRODUCTION = [
  'sanitize.recognized',
  'sanitize.e-invoicing',
  'sanitize.integrations',
  'sanitize.postgres',
  'sanitize.employees',
  'sanitize.personal-data',
  'sanitize.derived-copies',
  'sanitize.shapes',
  'sanitize.secrets',
];
const expected = (status: string) =>
  IDS.map((id) => ({ id, status: NOT_APPLICABLE.includes(id) ? 'not-applicable' : status }));

const demo = useDemoStack({ odoo: false });
let client: pg.Client;
let armed: CheckResult[];
let sanitized: CheckResult[];

beforeAll(async () => {
  client = await connect(demo().database);
  await armLikeProduction(client);
  armed = await withReadOnlySession(demo().database, async (session) =>
    runChecks(sanitizeChecks, await sanitizeContext(session, OPTIONS)),
  );
  await sanitize({
    address: demo().database,
    baseUrl: OPTIONS.baseUrl,
    neutralize: () => demo().odooCommand('neutralize'),
    anonymize: { stagingPassword: STAGING_PASSWORD, key: 'a key for this specification' },
  });
  const started = performance.now();
  sanitized = await withReadOnlySession(demo().database, async (session) =>
    runChecks(sanitizeChecks, await sanitizeContext(session, OPTIONS)),
  );
  const [all, hash] = [
    performance.now() - started,
    sanitized.find(({ id }) => id === 'sanitize.credentials')?.durationMs,
  ];
  console.log(`all sanitization checks on the demo: ${Math.round(all)} ms, ${hash} ms of it on one password hash`);
  await client.query('UPDATE res_users SET password = $1 WHERE password IS NOT NULL', [STAGING_HASH]);
  return () => client.end();
});

// These read every table: dozens of times would be too long, so what is not about them leaves them out.
const CENSUS = 'sanitize.secrets';
const SHAPES = 'sanitize.shapes';
const withoutCensus = sanitizeChecks.filter(({ id }) => id !== CENSUS && id !== SHAPES);

async function checksWithin(options: SanitizeOptions = OPTIONS, checks = sanitizeChecks): Promise<CheckResult[]> {
  return runChecks(checks, await sanitizeContext(await sessionWithin(client), options));
}

const failedIds = (results: readonly CheckResult[]) =>
  results.filter(({ status }) => status === 'failed').map(({ id }) => id);
const statusOf = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id)?.status;
const findingsOf = (results: readonly CheckResult[]) =>
  results.flatMap((result) => (result.status === 'failed' ? result.findings : []));

describe('production as it was restored', () => {
  test('fails every check that concerns it', () => {
    expect(armed.map(({ id, status }) => ({ id, status }))).toEqual(
      expected('failed').map((each) => (CLEAN_IN_PRODUCTION.includes(each.id) ? { ...each, status: 'passed' } : each)),
    );
  });

  test('is described without one secret or personal value', () => {
    const output = JSON.stringify(armed).toLowerCase();
    for (const value of [...PLANTED.secrets, ...PLANTED.personal, PLANTED.password]) {
      expect(output).not.toContain(value.toLowerCase());
    }
  });

  test('has every finding say where, and what to do', () => {
    for (const { location, fix } of findingsOf(armed)) {
      expect(location).toMatch(/^[a-z_]+(\.[a-z0-9_]+|\[[a-z._]+\])?$/);
      expect(fix).toBeTruthy();
    }
  });
});

describe('the sanitized copy', () => {
  test('passes every check', () => {
    expect(sanitized.map(({ id, status }) => ({ id, status }))).toEqual(expected('passed'));
  });

  test('passes with a host of the user as its sink', async () => {
    const results = await rolledBack(client, async () => {
      await client.query("UPDATE ir_mail_server SET smtp_host = 'Mailpit' WHERE active");
      return checksWithin({ ...OPTIONS, mailSinks: ['mailpit'] });
    });
    expect(failedIds(results)).toEqual([]);
  });

  test.each([['http://172.20.0.9:8069/'], ['HTTP://172.20.0.9:8069'], [' http://172.20.0.9:8069 ']])(
    'has the base URL %j for its own',
    async (url) => {
      const results = await rolledBack(client, async () => {
        await client.query("UPDATE ir_config_parameter SET value = $1 WHERE key = 'web.base.url'", [url]);
        return checksWithin();
      });
      expect(failedIds(results)).toEqual([]);
    },
  );

  test("can't be judged on its passwords without the staging password", async () => {
    const results = await rolledBack(client, () => checksWithin({ baseUrl: OPTIONS.baseUrl }));
    expect(statusOf(results, 'sanitize.credentials')).toBe('inconclusive');
  });
});

describe('the census of secrets', () => {
  const censusOf = async (sql: string, strict: boolean) => {
    const results = await rolledBack(client, async () => {
      await client.query(sql);
      const census = sanitizeChecksWith({ strict }).filter(({ id }) => id === 'sanitize.secrets');
      return runChecks(census, await sanitizeContext(await sessionWithin(client), OPTIONS));
    });
    return results[0];
  };

  test('counts every column and parameter that it classified', async () => {
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM ir_config_parameter) + count(*) AS all FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('character varying', 'text', 'jsonb', 'bytea', 'json', 'character')
          AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')`,
    );
    expect(await censusOf('SELECT 1', false)).toMatchObject({ status: 'passed', assertions: Number(rows[0].all) });
  });

  test('finds nothing unknown in the sanitized copy', async () => {
    expect((await censusOf('SELECT 1', true))?.status).toBe('passed');
  });

  test.each([
    ['res_partner', 'x_code', "'b7Kq2mXw9ZrT4vYp8NcL'", 'res_partner.x_code'],
    ['ir_config_parameter', 'value', "'9f86d081884c7d659a2feaa0c55ad015'", 'ir_config_parameter[acme.serial]'],
  ])(
    'a value in %s that looks drawn is unknown: it fails when strict, and only then',
    async (table, column, value, location) => {
      const sql =
        table === 'ir_config_parameter'
          ? `INSERT INTO ir_config_parameter (key, value) VALUES ('acme.serial', ${value})`
          : `ALTER TABLE ${table} ADD ${column} varchar; UPDATE ${table} SET ${column} = ${value} WHERE id = 1`;
      expect((await censusOf(sql, false))?.status).toBe('passed');
      const strict = await censusOf(sql, true);
      expect(strict).toMatchObject({ status: 'failed', findings: [{ location, count: 1 }] });
    },
  );

  test.each([
    ['an empty column', "ALTER TABLE res_partner ADD acme_password varchar DEFAULT ' '"],
    ['a placeholder', "ALTER TABLE res_partner ADD acme_password varchar DEFAULT 'dummy_value'"],
    ['no company has one', `ALTER TABLE res_partner ADD acme_password jsonb DEFAULT '{"1": false, "2": null}'`],
    ['the kind of a secret', "ALTER TABLE res_partner ADD token_type varchar DEFAULT 'bearer'"],
    [
      'a word beside it',
      "ALTER TABLE res_partner ADD passenger varchar DEFAULT 'Ingrid', ADD pinned varchar DEFAULT 'yes'",
    ],
  ])('%s is neutral', async (_title, sql) => {
    expect((await censusOf(sql, true))?.status).toBe('passed');
  });

  test('is inconclusive where it may not read', async () => {
    const result = await censusOf(
      `CREATE TABLE acme (id serial, label varchar); INSERT INTO acme (label) VALUES ('x');
       CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON acme FROM reader;
       SET LOCAL ROLE reader`,
      false,
    );
    expect(result).toMatchObject({
      status: 'inconclusive',
      reason: 'acme could not be read: permission denied (SQLSTATE 42501)',
    });
  });
});

describe('a rule of the user', () => {
  const outcome = async (neutral: string, value: string, table = 'acme_settings') => {
    const rules = parseUserRules(
      `rules: [{id: acme, table: ${table}, column: mode, module: base, neutral: ${neutral}, severity: high, why: w, fix: f}]`,
    );
    const [result] = await rolledBack(client, async () => {
      await client.query(`CREATE TABLE acme_settings (mode varchar); INSERT INTO acme_settings VALUES (${value})`);
      const own = sanitizeChecksWith({ rules }).filter(({ id }) => id === 'sanitize.custom.acme');
      return runChecks(own, await sanitizeContext(await sessionWithin(client), OPTIONS));
    });
    return result?.status;
  };

  test.each([
    ['null', 'NULL', "'x'"],
    ['false', "'false'", "'true'"],
    ['{equals: "it\'s"}', "'it''s'", 'NULL'],
    ['{oneOf: [test, demo]}', "'demo'", "'live'"],
    ['{matches: "dummy.*"}', "'dummy7'", "'a dummy7'"],
  ])('neutral: %s passes %s and fails %s', async (neutral, clean, armed) => {
    expect([await outcome(neutral, clean), await outcome(neutral, armed)]).toEqual(['passed', 'failed']);
  });

  test('of an installed module whose table is missing is inconclusive', async () => {
    expect(await outcome('null', 'NULL', 'acme_other')).toBe('inconclusive');
  });
});

describe('what can not be read is inconclusive, never clean', () => {
  const asReader = async (revoke: string, checks: typeof sanitizeChecks = withoutCensus) => {
    await client.query(
      `CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; ${revoke}; SET LOCAL ROLE reader`,
    );
    return checksWithin(OPTIONS, checks);
  };

  test('a role that may read everything sees what the owner sees', async () => {
    const results = await rolledBack(client, () => asReader('SELECT 1', sanitizeChecks));
    expect(results.map(({ id, status }) => ({ id, status }))).toEqual(expected('passed'));
  });

  test('a role without any rights can tell nothing', async () => {
    const results = await rolledBack(client, () =>
      asReader('REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM reader', sanitizeChecks),
    );
    expect(results.map(({ status }) => status)).toEqual(IDS.map(() => 'inconclusive'));
  });

  test.each([
    ['ir_mail_server', ['sanitize.mail-servers']],
    ['mail_template', ['sanitize.mail-servers']],
    ['fetchmail_server', ['sanitize.incoming-mail']],
    ['mail_mail', ['sanitize.waiting-mail', 'sanitize.messages']],
    ['sms_sms', ['sanitize.waiting-mail', 'sanitize.messages']],
    ['ir_cron_trigger', ['sanitize.crons']],
    ['ir_act_server', ['sanitize.webhooks']],
    ['website', ['sanitize.base-url', 'sanitize.web']],
    ['ir_ui_view', ['sanitize.neutralized', 'sanitize.web']],
    ['payment_provider', ['sanitize.payment']],
    ['payment_token', ['sanitize.payment', 'sanitize.documents']],
    ['res_users_apikeys', ['sanitize.credentials']],
    ['res_partner_bank', ['sanitize.partners', 'sanitize.derived-copies']],
    ['account_move', ['sanitize.shared-links', 'sanitize.documents']],
    ['mail_message', ['sanitize.messages']],
  ])('a role that may not read %s', async (table, unclear) => {
    const results = await rolledBack(client, () => asReader(`REVOKE SELECT ON "${table}" FROM reader`));
    expect(
      results
        .filter(({ id, status }) => status !== 'passed' && !NOT_APPLICABLE.includes(id))
        .map(({ id, status }) => [id, status]),
    ).toEqual(unclear.map((id) => [id, 'inconclusive']));
  });

  test('a role that may not read one column', async () => {
    const columns = "(SELECT string_agg(quote_ident(attname), ', ')";
    const results = await rolledBack(client, () =>
      asReader(
        `REVOKE SELECT ON fetchmail_server FROM reader;
         DO $$ BEGIN EXECUTE 'GRANT SELECT (' || ${columns} FROM pg_attribute WHERE attrelid = 'fetchmail_server'::regclass
           AND attnum > 0 AND attname <> 'password') || ') ON fetchmail_server TO reader'; END $$`,
      ),
    );
    expect(statusOf(results, 'sanitize.incoming-mail')).toBe('inconclusive');
  });

  test('rows that row-level security hides', async () => {
    const results = await rolledBack(client, () =>
      asReader(
        `ALTER TABLE mail_mail ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON mail_mail USING (false);
         SET LOCAL row_security = off`,
      ),
    );
    expect(statusOf(results, 'sanitize.waiting-mail')).toBe('inconclusive');
  });

  test('says no more of the error than its SQLSTATE', async () => {
    const results = await rolledBack(client, () => asReader('REVOKE SELECT ON ir_mail_server FROM reader'));
    const result = results.find(({ id }) => id === 'sanitize.mail-servers');
    expect(result).toMatchObject({ reason: 'ir_mail_server could not be read: permission denied (SQLSTATE 42501)' });
  });

  test('a finding beside it still fails, and what was not read is said', async () => {
    const results = await rolledBack(client, async () => {
      await client.query('UPDATE ir_mail_server SET active = false');
      return asReader('REVOKE SELECT ON mail_template FROM reader');
    });
    expect(statusOf(results, 'sanitize.mail-servers')).toBe('failed');
    expect(findingsOf(results).map(({ message }) => message)).toContainEqual(expect.stringContaining('mail_template'));
  });
});

describe('a database that is not whole', () => {
  test.each([
    ['without ir_module_module', 'DROP TABLE ir_module_module CASCADE', IDS],
    ['without base', "UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'base'", IDS],
    ['of Odoo 13', "UPDATE ir_module_module SET latest_version = '13.0.1.3' WHERE name = 'base'", IDS],
    [
      'of a version that nobody knows yet',
      "UPDATE ir_module_module SET latest_version = '20.0.1.3' WHERE name = 'base'",
      IDS,
    ],
    [
      'without partners',
      'DROP TABLE res_partner CASCADE',
      ['sanitize.recognized', 'sanitize.partners', 'sanitize.derived-copies'],
    ],
    ['without jobs', 'TRUNCATE ir_cron CASCADE', ['sanitize.recognized', 'sanitize.crons']],
    ['without the mail servers', 'DROP TABLE ir_mail_server CASCADE', ['sanitize.mail-servers']],
    [
      'without the host of a mail server',
      'ALTER TABLE ir_mail_server DROP COLUMN smtp_host',
      ['sanitize.mail-servers'],
    ],
    ['without the providers of its payment module', 'DROP TABLE payment_provider CASCADE', ['sanitize.payment']],
  ])('%s', async (_title, sql, unclear) => {
    const results = await rolledBack(client, async () => {
      await client.query(sql);
      return checksWithin();
    });
    expect(results.filter(({ status }) => status === 'inconclusive').map(({ id }) => id)).toEqual(unclear);
    expect(failedIds(results)).toEqual([]);
  });

  test('an empty database', async () => {
    const results = await withReadOnlySession({ ...demo().database, database: 'postgres' }, async (session) =>
      runChecks(sanitizeChecks, await sanitizeContext(session, OPTIONS)),
    );
    expect(results.map(({ status }) => status)).toEqual(IDS.map(() => 'inconclusive'));
  });

  test('a module that is not installed is proven not to matter', async () => {
    const results = await rolledBack(client, async () => {
      await client.query(
        `DROP TABLE payment_provider, payment_token CASCADE; DROP TABLE fetchmail_server CASCADE;
         UPDATE ir_module_module SET state = 'uninstalled' WHERE name LIKE 'payment%'`,
      );
      return checksWithin();
    });
    const proven = results.filter(({ id, status }) => status === 'not-applicable' && !NOT_APPLICABLE.includes(id));
    expect(proven.map(({ id }) => id)).toEqual(['sanitize.incoming-mail', 'sanitize.payment']);
  });
});
