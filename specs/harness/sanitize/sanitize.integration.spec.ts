import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { armLikeProduction, PLANTED } from '../../../fixtures/demo/arm.ts';
import { filestoreComplete } from '../../../harness/backup/filestore-complete.ts';
import { connect, type DatabaseAddress } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { connectOdoo } from '../../../harness/odoo-rpc/client.ts';
import { runChecks } from '../../../harness/run.ts';
import { anonymize } from '../../../harness/sanitize/anonymize/anonymize.ts';
import { type SanitizeRequest, type SanitizeSummary, sanitize } from '../../../harness/sanitize/sanitize.ts';
import { sanitizeChecks } from '../../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { startOdoo } from '../../../harness/stack/odoo.ts';
import { ownFilestore } from '../../../harness/stack/run-folder.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const STAGING_PASSWORD = 'staging-only-73';
const BASE_URL = new URL('http://172.20.0.9:8069/');
const ANONYMIZE = { stagingPassword: STAGING_PASSWORD, key: 'a key for this specification' };

const demo = useDemoStack({ odoo: false });
let client: pg.Client;
let summary: SanitizeSummary;

/** A copy of a database on the demo's server that nobody is connected to. */
async function cloned(name: string, template: string): Promise<DatabaseAddress> {
  const admin = await connect({ ...demo().database, database: 'postgres' });
  await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  await admin.end();
  return { ...demo().database, database: name };
}

/** Changes a copy further and sanitizes it. */
async function sanitizedCopy(name: string, request: Partial<SanitizeRequest>, change = 'SELECT 1') {
  const address = await cloned(name, 'armed');
  const own = await connect(address);
  await own.query(change);
  const result = await sanitize({ address, baseUrl: BASE_URL, neutralize: async () => {}, ...request });
  return { address, client: own, summary: result };
}

const statuses = (address: DatabaseAddress) =>
  withReadOnlySession(address, async (session) => {
    const context = await sanitizeContext(session, { baseUrl: BASE_URL, stagingPassword: STAGING_PASSWORD });
    const results = await runChecks(sanitizeChecks, context);
    return Object.fromEntries(results.map(({ id, status }) => [id, status]));
  });

let before: Map<string, string>;
let filestore: string;

const CONTRACT = '%PDF-1.4 Vertrag mit Ingrid Achterberg';

/** Files of people beside those of the demo: a contract at an order, a scanned passport in a field, and one in the database. */
async function plantFiles(on: pg.Client, folder: string): Promise<void> {
  const sha1 = createHash('sha1').update(CONTRACT).digest('hex');
  const name = `${sha1.slice(0, 2)}/${sha1}`;
  await mkdir(join(folder, sha1.slice(0, 2)), { recursive: true });
  await writeFile(join(folder, name), CONTRACT);
  const insert = `INSERT INTO ir_attachment (name, type, res_model, res_field, res_id, mimetype, store_fname, db_datas, checksum, file_size)
    SELECT $1, 'binary', $2, $3, 1, $4, $5, $6, '${sha1}', ${CONTRACT.length}`;
  await on.query(insert, ['Vertrag Achterberg.PDF', 'sale.order', null, 'application/pdf', name, null]);
  await on.query(insert, ['passport', 'res.users', 'x_passport', 'application/pdf', name, null]);
  await on.query(insert, ['Notiz Castellani.docx', 'crm.lead', null, 'application/msword', null, CONTRACT]);
}

beforeAll(async () => {
  const production = await connect(demo().database);
  await armLikeProduction(production);
  filestore = await ownFilestore(demo().context.run, demo().filestore);
  await plantFiles(production, filestore);
  await production.end();
  await cloned('armed', demo().database.database);
  client = await connect(demo().database);
  before = await figures(client);
  summary = await sanitize({
    address: demo().database,
    baseUrl: BASE_URL,
    neutralize: () => demo().odooCommand('neutralize'),
    anonymize: { ...ANONYMIZE, filestore },
  });
  return () => client.end();
});

/** What business figures the sanitizer must not touch. */
async function figures(on: pg.Client): Promise<Map<string, string>> {
  const { rows } = await on.query<{ what: string; value: string }>(
    `SELECT 'partners' AS what, count(*)::text AS value FROM res_partner
     UNION ALL SELECT 'invoices', sum(amount_total)::text FROM account_move
     UNION ALL SELECT 'debit', sum(debit)::text FROM account_move_line
     UNION ALL SELECT 'credit', sum(credit)::text FROM account_move_line
     UNION ALL SELECT 'orders', sum(amount_total)::text FROM sale_order
     UNION ALL SELECT 'moves', string_agg(name, ',' ORDER BY id) FROM account_move
     UNION ALL SELECT 'countries', string_agg(country_id::text, ',' ORDER BY id) FROM res_partner
     UNION ALL SELECT 'products', string_agg(name::text, ',' ORDER BY id) FROM product_template`,
  );
  return new Map(rows.map(({ what, value }) => [what, value]));
}

describe('a sanitized copy of production', () => {
  test('holds no planted secret and no planted personal value in any table', async () => {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    // One pattern: one pass over each row.
    const planted = [...PLANTED.secrets, ...PLANTED.personal]
      .map((value) => value.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('|');
    const left: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT FROM "${name}" t WHERE lower(t::text) ~ $1 LIMIT 1`, [planted]);
      if (rows.length > 0) left.push(name);
    }
    expect(tables.length).toBeGreaterThan(400);
    expect(left).toEqual([]);
  });

  test('keeps its business figures', async () => {
    expect(await figures(client)).toEqual(before);
  });

  test('has every derived copy agree with what it is derived from', async () => {
    const { rows } = await client.query(
      `SELECT p.id FROM res_partner p
         LEFT JOIN res_partner parent ON parent.id = p.parent_id
         LEFT JOIN res_partner c ON c.id = p.commercial_partner_id
        WHERE p.email_normalized IS DISTINCT FROM lower(p.email)
           OR p.phone_sanitized IS DISTINCT FROM '+' || regexp_replace(p.phone, '[^0-9]', '', 'g')
           OR c.is_company AND p.commercial_company_name <> c.name
           OR p.parent_id IS NOT NULL AND NOT p.is_company AND p.complete_name <> p.commercial_company_name || ', ' || p.name
           OR p.parent_id IS NULL AND p.company_name IS NULL AND p.complete_name <> p.name`,
    );
    expect(rows).toEqual([]);
  });

  test('has one person stay one person across tables', async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS followers FROM account_move m JOIN res_partner p ON p.id = m.partner_id
        WHERE m.invoice_partner_display_name = p.complete_name AND m.invoice_source_email = p.email`,
    );
    expect(rows[0].followers).toBeGreaterThan(30);
  });

  test('has different people stay different, and logins unique', async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int - count(DISTINCT email)::int AS merged FROM res_partner WHERE email IS NOT NULL`,
    );
    const { rows: logins } = await client.query('SELECT count(*) = count(DISTINCT login) AS unique FROM res_users');
    expect([rows[0].merged, logins[0].unique]).toEqual([0, true]);
  });

  test('has bank accounts with valid check digits', async () => {
    const { rows } = await client.query<{ iban: string }>('SELECT sanitized_acc_number AS iban FROM res_partner_bank');
    expect(rows.length).toBeGreaterThan(8);
    for (const { iban } of rows) expect(remainder(iban)).toBe(1n);
  });

  test("keeps its own companies' names, and no address of theirs that mail could reach", async () => {
    const { rows } = await client.query(
      `SELECT bool_or(c.name = 'Nordwind Handel GmbH') AS named, bool_and(c.email IS NULL OR c.email LIKE '%@example.com') AS unreachable
         FROM res_company c JOIN res_partner p ON p.id = c.partner_id AND p.name = c.name`,
    );
    expect(rows[0]).toEqual({ named: true, unreachable: true });
  });

  test('has new secrets', async () => {
    const other = await connect({ ...demo().database, database: 'armed' });
    const secret =
      "SELECT string_agg(value, ' ' ORDER BY key) AS value FROM ir_config_parameter WHERE key IN ('database.secret', 'database.uuid')";
    const [old, rotated] = [await other.query(secret), await client.query(secret)];
    await other.end();
    expect(old.rows[0].value === rotated.rows[0].value).toBe(false);
  });

  test('has balanced invoices', async () => {
    const { rows } = await client.query(
      `SELECT count(*)::int AS unbalanced FROM (SELECT FROM account_move_line GROUP BY move_id HAVING sum(debit) <> sum(credit)) m`,
    );
    expect(rows[0].unbalanced).toBe(0);
  });

  test('has placeholders for the documents of people, as Odoo would store them', async () => {
    const { rows } = await client.query<{
      name: string;
      mimetype: string;
      content: Buffer;
      checksum: string;
      size: number;
    }>(
      `SELECT name, mimetype, db_datas AS content, checksum, file_size AS size FROM ir_attachment
        WHERE db_datas IS NOT NULL AND res_model IN ('sale.order', 'crm.lead') ORDER BY mimetype`,
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { name, content, checksum, size } of rows) {
      expect(name).toMatch(/^Document [0-9A-F]{12}[.](pdf|doc|docx)$/);
      expect([checksum, size]).toEqual([createHash('sha1').update(content).digest('hex'), content.length]);
    }
    expect(rows.map(({ mimetype }) => mimetype)).toEqual(expect.arrayContaining(['application/pdf', 'text/plain']));
  });

  test('has no photo, passport or signature of anyone in a field', async () => {
    const { rows } = await client.query(
      `SELECT FROM ir_attachment WHERE res_field IS NOT NULL AND res_model IN ('res.partner', 'res.users')
          AND (res_model, res_id) NOT IN (SELECT 'res.partner', partner_id FROM res_company)`,
    );
    expect(rows).toEqual([]);
  });

  test('keeps the files of products, pages and modules, each with its content', async () => {
    const results = await withReadOnlySession(demo().database, (session) =>
      runChecks([filestoreComplete], { session, filestore, hash: true }),
    );
    expect(results).toMatchObject([{ status: 'passed', assertions: expect.any(Number) }]);
  });

  test("has no file of a person left in its filestore, and the template's are all there", async () => {
    const files = async (folder: string) =>
      (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const [own, template] = [await files(filestore), await files(demo().filestore)];
    const contents = await Promise.all(own.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
    expect(contents.filter((content) => content.includes('Achterberg'))).toEqual([]);
    expect(template.length + 1 - own.length).toBe(summary.files?.removed);
  });

  test('is summed up by table, kind of data and rows', () => {
    expect(summary).toMatchObject({ odooVersion: '19.0', neutralizedBy: 'odoo neutralize' });
    expect(summary.changes).toContainEqual(
      expect.objectContaining({
        table: 'res_partner',
        action: 'updated',
        kinds: expect.objectContaining({ name: 'name', email: 'email', phone_sanitized: 'phone', vat: 'blank' }),
      }),
    );
    expect(summary.changes.every(({ rows }) => rows > 0)).toBe(true);
    expect(JSON.stringify(summary)).not.toMatch(/staging-only|Achterberg/);
  });

  test('starts, and its administrator signs in with the staging password', async () => {
    const { context, image, database } = demo();
    const odoo = await startOdoo(context.engine, {
      run: context.run,
      network: context.network,
      image,
      database,
      filestore,
    });
    const rpc = connectOdoo({ url: odoo.url, database: database.database, login: 'admin', password: STAGING_PASSWORD });
    const contacts = await rpc.searchRead(
      'res.partner',
      [['parent_id', '!=', false]],
      z.object({ name: z.string(), display_name: z.string() }),
    );
    const [document] = await rpc.searchRead(
      'ir.attachment',
      [['name', '=like', 'Document %.pdf']],
      z.object({ datas: z.string() }),
    );
    await odoo.container.remove({ force: true, v: true });
    expect(Buffer.from(document?.datas ?? '', 'base64').toString('latin1')).toMatch(/^%PDF-1.4\n.*%%EOF\n$/s);
    expect(contacts.length).toBeGreaterThan(20);
    expect(contacts.every(({ name, display_name }) => display_name.endsWith(name))).toBe(true);
  });
});

function remainder(iban: string): bigint {
  const moved = iban.slice(4) + iban.slice(0, 4);
  return BigInt(moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n;
}

describe('pseudonyms', () => {
  const names = async (on: pg.Client) =>
    (await on.query<{ name: string }>('SELECT name FROM res_partner ORDER BY id')).rows.map(({ name }) => name).join();

  test.each([
    ['the same under the same key', ANONYMIZE.key, true],
    ['others under another key', 'another key altogether', false],
  ])('are %s', async (_title, key, same) => {
    const copy = await sanitizedCopy(`key_${same}`, { anonymize: { ...ANONYMIZE, key } });
    const given = await names(copy.client);
    await copy.client.end();
    expect(given === (await names(client))).toBe(same);
  });
});

describe('without anonymization', () => {
  test('wires are cut and people stay', async () => {
    const copy = await sanitizedCopy('wires_only', {
      neutralize: async () => {
        const own = await connect({ ...demo().database, database: 'wires_only' });
        await own.query(
          `UPDATE ir_mail_server SET active = false; UPDATE fetchmail_server SET active = false;
           INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_authentication, smtp_encryption, active)
             VALUES ('sink', 'invalid', 1025, 'login', 'none', true);
           UPDATE payment_provider SET state = 'disabled'; UPDATE mail_template SET mail_server_id = NULL`,
        );
        await own.end();
      },
    });
    await copy.client.end();
    const status = await statuses(copy.address);
    for (const id of ['mail-servers', 'incoming-mail', 'waiting-mail', 'base-url', 'payment']) {
      expect([id, status[`sanitize.${id}`]]).toEqual([id, 'passed']);
    }
    for (const id of ['partners', 'users', 'documents', 'messages', 'credentials']) {
      expect([id, status[`sanitize.${id}`]]).toEqual([id, 'failed']);
    }
  });
});

describe('tables as Odoo 14 has them', () => {
  // Odoo 19's own, with the names and columns of 14 where the sanitizer and the checks touch them.
  const AS_IN_14 = `
    UPDATE ir_module_module SET latest_version = '14.0.1.3' WHERE name = 'base';
    UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'auth_passkey';
    ALTER TABLE payment_provider RENAME TO payment_acquirer;
    ALTER TABLE payment_token RENAME COLUMN provider_ref TO acquirer_ref;
    ALTER TABLE res_partner RENAME COLUMN complete_name TO display_name;
    ALTER TABLE res_partner ADD mobile varchar, ADD signup_token varchar;
    UPDATE res_partner SET mobile = '+49 4131 779999', signup_token = 'NWsignup';
    ALTER TABLE purchase_order RENAME COLUMN note TO notes;
    ALTER TABLE discuss_channel RENAME TO mail_channel;
    ALTER TABLE ir_mail_server DROP COLUMN smtp_authentication;
    ALTER TABLE ir_act_server DROP COLUMN webhook_url;
    DROP TABLE auth_passkey_key, mail_scheduled_message, res_device_log, ir_cron_trigger CASCADE`;

  test('are neutralized by SQL, and pass', async () => {
    const copy = await sanitizedCopy(
      'as_in_14',
      { neutralize: () => Promise.reject(new Error('Odoo 14 has no such command')), anonymize: ANONYMIZE },
      AS_IN_14,
    );
    await copy.client.end();
    const status = await statuses(copy.address);
    expect(copy.summary).toMatchObject({ odooVersion: '14.0', neutralizedBy: 'sql' });
    expect(Object.entries(status).filter(([, each]) => each !== 'passed' && each !== 'not-applicable')).toEqual([]);
    expect([status['sanitize.webhooks'], status['sanitize.neutralized']]).toEqual(['not-applicable', 'not-applicable']);
  });
});

describe('what can not be sanitized', () => {
  const request = (): SanitizeRequest => ({ address: demo().database, baseUrl: BASE_URL, neutralize: async () => {} });

  test.each([
    ['an empty staging password', { anonymize: { ...ANONYMIZE, stagingPassword: '' } }, 'staging-password-empty'],
    ['a short key', { anonymize: { ...ANONYMIZE, key: 'short' } }, 'anonymize-key-short'],
  ])('is refused before anything is done: %s', async (_title, bad, code) => {
    const neutralize = () => Promise.reject(new Error('it was touched'));
    await expect(sanitize({ ...request(), neutralize, ...bad })).rejects.toMatchObject({ code, exitCode: 2 });
  });

  test('is refused where there is no Odoo', async () => {
    const address = { ...demo().database, database: 'postgres' };
    await expect(sanitize({ ...request(), address })).rejects.toMatchObject({
      code: 'not-an-odoo-database',
      exitCode: 2,
    });
  });
});

describe('anonymizing that is cut off', () => {
  const request = { key: ANONYMIZE.key, passwordHash: 'a hash' };
  const APPLICATION = 'a run that is cut off';
  const run = async (address: DatabaseAddress, onTable: (table: string) => void = () => {}) => {
    const own = await connect(address, APPLICATION);
    return anonymize(own, request, onTable).finally(() => own.end());
  };
  const inProcess = (address: DatabaseAddress, onTable: (table: string, child: ChildProcess) => void) =>
    new Promise<void>((resolve, reject) => {
      const script = fileURLToPath(new URL('./anonymize-alone.ts', import.meta.url));
      const child = spawn(process.execPath, [script, JSON.stringify({ address, ...request })]);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        for (const table of text.split('\n')) onTable(table, child);
      });
      child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
    });
  const MIDWAY = 'account_move';

  /** A digest of every table. */
  async function contents(address: DatabaseAddress): Promise<Record<string, string>> {
    const own = await connect(address);
    const { rows: tables } = await own.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    const digests = tables.map(
      ({ name }) =>
        `SELECT '${name}' AS name, md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) AS digest FROM "${name}" t`,
    );
    const { rows } = await own.query<{ name: string; digest: string }>(digests.join(' UNION ALL '));
    await own.end();
    return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
  }

  let uncut: Record<string, string>;
  beforeAll(async () => {
    const address = await cloned('uncut', 'armed');
    await run(address);
    uncut = await contents(address);
  });

  test.each([
    [
      'its connection',
      async (address: DatabaseAddress) => {
        const other = await connect(address);
        const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = '${APPLICATION}'`;
        return run(address, (table) => {
          if (table === MIDWAY) void other.query(cut);
        }).finally(() => other.end());
      },
    ],
    [
      'its process',
      (address: DatabaseAddress) =>
        inProcess(address, (table, child) => {
          if (table === MIDWAY) child.kill('SIGKILL');
        }),
    ],
  ])('by the death of %s comes to the same end when it is started again', async (what, cutOff) => {
    const address = await cloned(what.replaceAll(' ', '_'), 'armed');
    await expect(cutOff(address)).rejects.toBeDefined();
    const again = await run(address);
    expect(await contents(address)).toEqual(uncut);
    expect(again.map(({ table }) => table)).not.toContain('res_partner');
  });

  test('changes nothing once all is done', async () => {
    const address = { ...demo().database, database: 'uncut' };
    expect((await run(address)).map(({ table }) => table)).toEqual(['ir_config_parameter']);
    expect(await contents(address)).toEqual(uncut);
  });

  test('by a table that refuses leaves that table whole, and no value in the error', async () => {
    const address = await cloned('refusing', 'armed');
    const own = await connect(address);
    await own.query('ALTER TABLE crm_lead ADD CONSTRAINT kept CHECK (description IS NOT NULL) NOT VALID');
    const leads = "SELECT string_agg(t::text, ',' ORDER BY id) AS all FROM crm_lead t";
    const { rows: old } = await own.query(leads);
    await expect(run(address)).rejects.toMatchObject({
      code: 'sanitize-stage-failed',
      message: '"Anonymize crm_lead" failed with SQLSTATE 23514 on crm_lead, constraint kept; it was rolled back.',
    });
    const { rows: kept } = await own.query(leads);
    await own.end();
    expect(kept).toEqual(old);
  });

  test('is refused another key, which would make two of one person', async () => {
    const address = { ...demo().database, database: 'refusing' };
    const own = await connect(address);
    await expect(anonymize(own, { ...request, key: 'of another run' }, () => {})).rejects.toMatchObject({
      code: 'anonymize-key-changed',
      exitCode: 2,
    });
    await own.end();
  });
});
