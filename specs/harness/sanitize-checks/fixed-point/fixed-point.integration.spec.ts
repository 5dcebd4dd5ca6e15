import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { armLikeProduction, PLANTED } from '../../../../fixtures/demo/arm.ts';
import type { CheckResult, Finding } from '../../../../harness/check.ts';
import { connect, type DatabaseAddress } from '../../../../harness/database/connection.ts';
import { runChecks } from '../../../../harness/run.ts';
import { sanitize } from '../../../../harness/sanitize/sanitize.ts';
import { type FixedPointContext, fixedPoint } from '../../../../harness/sanitize-checks/fixed-point/fixed-point.ts';
import { joinModules, readAddonsFolders } from '../../../../harness/stack/addons-folders.ts';
import { type ModuleCode, readImageModules } from '../../../../harness/stack/module-code.ts';
import { useDemoStack } from '../../../support/demo-stack.ts';

const demo = useDemoStack({ odoo: false });
let modules: ModuleCode;
let armed: CheckResult;

beforeAll(async () => {
  const { context, image, database } = demo();
  modules = await readImageModules(context.engine, image, context.run);
  await as(database, armLikeProduction);
  armed = await look(database);
  await sanitize({
    address: database,
    baseUrl: new URL('http://172.20.0.9:8069'),
    neutralize: () => demo().odooCommand('neutralize'),
    anonymize: { stagingPassword: 'staging-only-73', key: 'a key for this specification' },
  });
});

async function as<T>(address: DatabaseAddress, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(address);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function look(address: DatabaseAddress, code: FixedPointContext['modules'] = modules): Promise<CheckResult> {
  const [result] = await runChecks([fixedPoint], { address, modules: code });
  if (result === undefined) throw new Error('the check did not run');
  return result;
}

/** Looks at the sanitized demo in which `change` was made, and takes it back. */
async function lookAfter(
  change: string,
  undo: string,
  code: FixedPointContext['modules'] = modules,
): Promise<CheckResult> {
  const { database } = demo();
  return as(database, async (client) => {
    try {
      const changed = [await client.query(change)].flat();
      expect(
        changed.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0),
        'nothing was changed',
      ).toBeGreaterThan(0);
      return await look(database, code);
    } finally {
      await client.query(undo);
    }
  });
}

/** What neutralization itself takes back. */
async function lookRearmed(change: string): Promise<CheckResult> {
  const { rows } = await as(demo().database, (client) =>
    client.query<{ name: string }>("SELECT name FROM ir_module_module WHERE state = 'installed'"),
  );
  const undo = rows.flatMap(({ name }) => modules.neutralizations.get(name) ?? []);
  return lookAfter(change, undo.join(';\n'));
}

const INSTALLED = "INSERT INTO ir_module_module (name, state) VALUES ('gate_custom', 'installed')";
const NOTE = `CREATE TABLE gate_note (id serial PRIMARY KEY, token text, note text, write_date timestamp);
  INSERT INTO gate_note (token) VALUES ('t'), (NULL)`;
const WITHOUT = `DELETE FROM ir_module_module WHERE name = 'gate_custom';
  DROP TABLE IF EXISTS gate_note, gate_log, gate_loose, gate_pair; DROP FUNCTION IF EXISTS gate_log; DROP PROCEDURE IF EXISTS gate_commit`;

function withFile(sql: string): ModuleCode {
  return joinModules(modules, { names: new Set(['gate_custom']), neutralizations: new Map([['gate_custom', sql]]) });
}

/** With one more module installed, whose file says this. */
function lookWithModule(sql: string, seed = 'SELECT 1'): Promise<CheckResult> {
  return lookAfter(`${INSTALLED}; ${seed}`, WITHOUT, withFile(sql));
}

/** Rows and checksum of every table, sequences aside. */
async function contentOf(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const sums = rows.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS sum FROM ${name} t`,
  );
  const found = await client.query<{ name: string; sum: string }>(sums.join(' UNION ALL '));
  return Object.fromEntries(found.rows.map(({ name, sum }) => [name, sum]));
}

const findingsOf = (result: CheckResult): readonly Finding[] => (result.status === 'failed' ? result.findings : []);
const placesOf = (result: CheckResult) => findingsOf(result).map(({ location }) => location);
const reasonOf = (result: CheckResult) => (result.status === 'inconclusive' ? result.reason : `it ${result.status}`);

describe('production as it was restored', () => {
  test.each([
    ['ir_mail_server.active', 1],
    ['ir_mail_server', 1],
    ['fetchmail_server.active', 1],
    ['mail_template.mail_server_id', 1],
    ['ir_cron.active', 28],
    ['ir_act_server.webhook_url', 1],
    ['ir_config_parameter', 1],
    ['ir_ui_view.active', 2],
    ['payment_provider.state', 1],
    ['payment_provider.stripe_secret_key', 1],
    ['payment_provider.stripe_publishable_key', 1],
    ['payment_provider.stripe_webhook_secret', 1],
    ['website.domain', 1],
    ['website.cdn_activated', 2],
    ['website.robots_txt', 2],
  ])('would still be changed in %s, in %i rows', (location, count) => {
    expect(findingsOf(armed)).toContainEqual(expect.objectContaining({ location, count }));
  });

  test('would be changed in nothing else', () => {
    expect(findingsOf(armed)).toHaveLength(15);
  });

  test.each([
    ['ir_cron.active', 'base/data/neutralize.sql would still change rows'],
    ['payment_provider.stripe_secret_key', 'payment_stripe/data/neutralize.sql would still change rows'],
    ['ir_config_parameter', 'base/data/neutralize.sql would still add rows'],
  ])('learns whose statement it is that changes %s', (location, message) => {
    expect(findingsOf(armed)).toContainEqual(expect.objectContaining({ location, message }));
  });

  test('is described without one secret or personal value', () => {
    for (const value of [...PLANTED.secrets, ...PLANTED.personal]) expect(JSON.stringify(armed)).not.toContain(value);
  });
});

describe('the sanitized copy', () => {
  test('passes, on as many assertions as statements ran', async () => {
    const result = await look(demo().database);
    console.log(`the fixed point on the demo: ${result.durationMs} ms`);
    expect(result).toMatchObject({ status: 'passed', assertions: 20 });
  });

  test('passes with another sink of the user beside the one of neutralization', async () => {
    const sink = server("'Mailpit', 'mailpit.test'");
    expect(await lookRearmed(sink)).toMatchObject({ status: 'passed' });
  });

  test('passes when it was neutralized twice', async () => {
    const twice = `UPDATE ir_mail_server SET active = false; ${server("'neutralization - disable emails', 'invalid'", 1025)}`;
    expect(await lookRearmed(twice)).toMatchObject({ status: 'passed' });
  });
});

const server = (nameAndHost: string, port = 25) =>
  `INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication, active)
   VALUES (${nameAndHost}, ${port}, 'none', 'login', true)`;

describe('one thing re-armed in the sanitized copy is caught where it is', () => {
  test.each([
    ['ir_mail_server.active', server("'Ausgang', 'smtp.a.de'")],
    ['ir_mail_server.active', "UPDATE ir_mail_server SET smtp_host = 'mail.a.de' WHERE active"],
    ['ir_mail_server', 'UPDATE ir_mail_server SET active = false'],
    ['fetchmail_server.active', 'UPDATE fetchmail_server SET active = true'],
    ['mail_template.mail_server_id', 'UPDATE mail_template SET mail_server_id = (SELECT min(id) FROM ir_mail_server)'],
    ['ir_cron.active', 'UPDATE ir_cron SET active = true WHERE id = (SELECT max(id) FROM ir_cron WHERE NOT active)'],
    ['ir_act_server.webhook_url', "UPDATE ir_act_server SET webhook_url = 'https://a.test' WHERE state = 'webhook'"],
    ['ir_config_parameter.value', "UPDATE ir_config_parameter SET value = 'f' WHERE key = 'database.is_neutralized'"],
    ['ir_config_parameter', "DELETE FROM ir_config_parameter WHERE key = 'database.is_neutralized'"],
    ['ir_config_parameter', "INSERT INTO ir_config_parameter (key, value) VALUES ('mail.sfu_server_key', 'x')"],
    ['ir_ui_view.active', "UPDATE ir_ui_view SET active = false WHERE key = 'web.neutralize_banner'"],
    ['payment_provider.state', "UPDATE payment_provider SET state = 'enabled' WHERE code = 'stripe'"],
    ['payment_provider.stripe_secret_key', "UPDATE payment_provider SET stripe_secret_key = 'x' WHERE code = 'stripe'"],
    ['website.domain', "UPDATE website SET domain = 'https://a.test' WHERE id = (SELECT min(id) FROM website)"],
    ['website.cdn_activated', 'UPDATE website SET cdn_activated = true'],
    ['website.robots_txt', 'UPDATE website SET robots_txt = NULL'],
  ])('%s: %s', async (location, change) => {
    const places = placesOf(await lookRearmed(change));
    expect(places).toContain(location);
    expect(new Set(places.map((place) => place?.split('.')[0]))).toHaveLength(1);
  });
});

describe('a module of which nobody has heard', () => {
  test.each([
    ['a value that its file sets', 'UPDATE gate_note SET token = NULL', 'gate_note.token', 1],
    ['a dummy for a credential that is there', "UPDATE gate_note SET token = 'dummy'", 'gate_note.token', 1],
    ['a mode that is empty', "UPDATE gate_note SET note = 'test'", 'gate_note.note', 2],
    ['a row that it deletes', 'DELETE FROM gate_note WHERE token IS NOT NULL', 'gate_note', 1],
    ['rows that it truncates', 'TRUNCATE TABLE ONLY gate_note RESTART IDENTITY', 'gate_note', 2],
    ['a row that it adds', "INSERT INTO gate_note (token) VALUES ('x')", 'gate_note', 1],
    ['a value that a DO block sets', 'DO $$ BEGIN UPDATE gate_note SET token = NULL; END $$', 'gate_note.token', 1],
    [
      'a value set within its own BEGIN and COMMIT',
      'BEGIN; UPDATE gate_note SET token = NULL; COMMIT;',
      'gate_note.token',
      1,
    ],
  ])('is caught by %s', async (_title, sql, location, count) => {
    const result = await lookWithModule(sql, NOTE);
    expect(findingsOf(result)).toMatchObject([{ location, count }]);
    expect(findingsOf(result)[0]?.message).toContain('gate_custom/data/neutralize.sql');
  });

  test('is caught by what its trigger does to another table', async () => {
    const trigger = `${NOTE}; CREATE TABLE gate_log (id serial PRIMARY KEY, what text);
      CREATE FUNCTION gate_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gate_log (what) VALUES ('x'); RETURN NEW; END $$;
      CREATE TRIGGER gate AFTER UPDATE ON gate_note FOR EACH ROW EXECUTE FUNCTION gate_log()`;
    const result = await lookWithModule('UPDATE gate_note SET note = note', trigger);
    expect(findingsOf(result)).toMatchObject([
      { location: 'gate_log', count: 2, message: expect.stringContaining('trigger') },
    ]);
  });

  test.each([
    ['rows rewritten with the values that they have', 'UPDATE gate_note SET token = token'],
    ['a dummy for a credential that is empty', "UPDATE gate_note SET token = 'dummy' WHERE token IS NULL"],
    ['nothing for what is empty', "UPDATE gate_note SET note = ''"],
    ['a new write_date', 'UPDATE gate_note SET write_date = now()'],
    ['a file of comments', '-- nothing to do; /* at all */ SELECT\n/* ; */'],
  ])('passes with %s', async (_title, sql) => {
    const result = await lookWithModule(sql, NOTE);
    expect(result).toMatchObject({ status: 'passed' });
  });

  test.each([
    [
      'a table that is not there',
      'SELECT 1; UPDATE gate_gone SET a = 1',
      'statement 2',
      'relation "gate_gone" does not exist',
    ],
    ['a column that is not there', 'UPDATE res_partner SET gate_gone = 1', 'statement 1', 'column "gate_gone"'],
    ['a syntax error', 'UPDATE res_partner SET', 'statement 1', 'syntax error'],
    ['a quote that never ends', "UPDATE res_partner SET name = 'x", 'statement 1', 'syntax error'],
    [
      'a value that a constraint refuses',
      "INSERT INTO ir_config_parameter (key) VALUES ('web.base.url')",
      'statement 1',
      '23',
    ],
    ['a TRUNCATE that references forbid', 'TRUNCATE res_partner', 'statement 1', '0A000'],
  ])('is caught by %s: neutralization would fail', async (_title, sql, statement, says) => {
    expect(findingsOf(await lookWithModule(sql))).toMatchObject([
      { location: `gate_custom/data/neutralize.sql, ${statement}`, message: expect.stringContaining(says) },
    ]);
  });

  test.each([
    ['ALTER TABLE res_partner ADD gate int', 'ALTER'],
    ["PREPARE TRANSACTION 'gate'", 'PREPARE'],
    ['ROLLBACK', 'ROLLBACK'],
    ["SELECT setval('res_partner_id_seq', 1)", 'setval()'],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE res_partner'; END $$", 'DO with DROP'],
    ['TRUNCATE res_partner CASCADE', 'CASCADE'],
    ["COPY res_partner TO PROGRAM 'cat'", 'COPY'],
  ])('is not run, and not judged, where it says %s', async (sql, says) => {
    const reason = reasonOf(await lookWithModule(sql));
    expect(reason).toContain('gate_custom/data/neutralize.sql, statement 1');
    expect(reason).toContain(says);
  });

  test('can not be compared in a table without a primary key', async () => {
    const seed = "CREATE TABLE gate_loose (a text); INSERT INTO gate_loose VALUES ('x')";
    expect(reasonOf(await lookWithModule('UPDATE gate_loose SET a = NULL', seed))).toContain(
      'gate_loose has no primary key',
    );
  });

  test('is told apart by a key of two columns', async () => {
    const seed =
      "CREATE TABLE gate_pair (a int, b text, c text, PRIMARY KEY (a, b)); INSERT INTO gate_pair VALUES (1, 'x', 'y'), (1, 'z', NULL)";
    expect(findingsOf(await lookWithModule('UPDATE gate_pair SET c = NULL', seed))).toMatchObject([
      { location: 'gate_pair.c', count: 1 },
    ]);
  });
});

describe('code that is not here', () => {
  test('of an installed module is a finding', async () => {
    expect(placesOf(await lookAfter(INSTALLED, WITHOUT))).toEqual(['ir_module_module[gate_custom]']);
  });

  test('of a module that was imported as data is none', async () => {
    const imported = `${INSTALLED};
      UPDATE ir_module_module SET imported = true WHERE name = 'gate_custom'`;
    const result = await lookAfter(imported, WITHOUT);
    expect(result).toMatchObject({ status: 'passed' });
  });

  test('at all can tell nothing', async () => {
    const result = await look(demo().database, { unknown: 'give --image' });
    expect(reasonOf(result)).toBe('give --image');
  });

  test('of Odoo itself can tell nothing', async () => {
    const result = await look(demo().database, await readAddonsFolders(['fixtures/addons/broken']));
    expect(reasonOf(result)).toContain('base/data/neutralize.sql');
  });

  test('but of another version can tell nothing', async () => {
    const result = await look(demo().database, { ...modules, series: '18.0' });
    expect(reasonOf(result)).toContain('18.0');
  });
});

test.each([
  ['with', () => modules],
  ['without', () => ({ unknown: 'no image' })],
])('Odoo 15 brings no neutralization: not applicable, %s an image', async (_title, code) => {
  const version = (text: string) => `UPDATE ir_module_module SET latest_version = '${text}' WHERE name = 'base'`;
  const result = await lookAfter(version('15.0.1.3'), version('19.0.1.3'), code());
  expect(result).toMatchObject({ status: 'not-applicable', reason: expect.stringContaining('15.0') });
});

describe('what can not be tried is inconclusive', () => {
  test('for a role that may only read', async () => {
    const { database } = demo();
    const reason = await as(database, async (client) => {
      await client.query(
        "CREATE ROLE gate_reader LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO gate_reader",
      );
      return reasonOf(await look({ ...database, user: 'gate_reader', password: 'x' }));
    });
    expect(reason).toMatch(
      /^base\/data\/neutralize.sql, statement 1 and \d+ more: permission denied \(SQLSTATE 42501\)$/,
    );
  });

  test('while someone else holds a table, and does not wait for long', async () => {
    const { database } = demo();
    const result = await as(database, async (other) => {
      await other.query('BEGIN; LOCK TABLE ir_cron IN SHARE MODE');
      return look(database);
    });
    expect(reasonOf(result)).toContain('the table is locked');
    expect(result.durationMs).toBeLessThan(5_000);
  });
});

describe('afterwards the database is as it was', () => {
  test.each([
    ['a file that commits', 'BEGIN; UPDATE gate_note SET token = NULL; COMMIT; UPDATE res_partner SET ref = id; END;'],
    ['a file that commits behind a quote', "UPDATE gate_note SET token = E'\\'; COMMIT; --';COMMIT"],
    ['a file that is wrong', 'DELETE FROM gate_note; UPDATE gate_gone SET a = 1; TRUNCATE mail_message;'],
    ['a procedure that commits', 'DELETE FROM gate_note; CALL gate_commit()'],
    ['a DO block that commits', 'DO $$ BEGIN DELETE FROM gate_note; COMMIT; END $$'],
  ])('after %s', async (_title, sql) => {
    const procedure = `CREATE PROCEDURE gate_commit() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM gate_note; COMMIT; END $$`;
    const { database } = demo();
    await as(database, async (client) => {
      await client.query(`${INSTALLED}; ${NOTE}; ${procedure}`);
      try {
        const before = await contentOf(client);
        expect((await look(database, withFile(sql))).status).toBe('failed');
        expect(await contentOf(client)).toEqual(before);
      } finally {
        await client.query(WITHOUT);
      }
    });
  });
});
