import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../../../harness/check.ts';
import { connect } from '../../../../harness/database/connection.ts';
import { runChecks } from '../../../../harness/run.ts';
import { sanitize } from '../../../../harness/sanitize/sanitize.ts';
import type { Shape } from '../../../../harness/sanitize-checks/anonymized-shape.ts';
import { sanitizeChecks } from '../../../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../../../harness/sanitize-checks/context.ts';
import { INVENTORY, type PersonalColumn } from '../../../../harness/sanitize-checks/personal-data/inventory.ts';
import { useDemoStack } from '../../../support/demo-stack.ts';
import { rolledBack, sessionWithin } from '../transaction.ts';

const demo = useDemoStack({ odoo: false });
let client: pg.Client;

beforeAll(async () => {
  client = await connect(demo().database);
  await sanitize({
    address: demo().database,
    baseUrl: new URL('http://172.20.0.9:8069'),
    neutralize: () => demo().odooCommand('neutralize'),
    anonymize: { stagingPassword: 'staging-only-73', key: 'a key for this specification' },
  });
  return () => client.end();
});

async function resultOf(id: string, sql: string): Promise<CheckResult | undefined> {
  const [result] = await rolledBack(client, async () => {
    await client.query(sql);
    const context = await sanitizeContext(await sessionWithin(client), { baseUrl: new URL('http://172.20.0.9:8069') });
    return runChecks(
      sanitizeChecks.filter((check) => check.id === id),
      context,
    );
  });
  return result;
}

const locationsIn = (result: CheckResult | undefined) =>
  result?.status === 'failed' ? result.findings.map(({ location }) => location).sort() : [];

const REAL = {
  text: "'Ingrid Achterberg'",
  jsonb: '\'{"en_US": "Ingrid Achterberg"}\'',
  date: "'1987-04-12'",
  numeric: '53.24',
  bytea: "'Ingrid'",
} as const;

const CODE = '4F2A91C0B7DE';
const ANONYMIZED: Record<Shape, string> = {
  blank: 'NULL',
  zero: '0',
  name: `'Person ${CODE}'`,
  'partner-name': `'Person ${CODE}'`,
  'display-name': `'Company ${CODE}, Person ${CODE}'`,
  'invoice-name': `'#Created by: Person ${CODE}'`,
  title: `'Task ${CODE}'`,
  email: "'contact-4f2a91c0b7de@example.com'",
  'email-domain': "'@example.com'",
  login: "'user-4f2a91c0b7de@example.com'",
  signature: `'<div>Person ${CODE}</div>'`,
  phone: "'+1 212-555-0142'",
  street: "'Example Street 17'",
  city: "'Example City'",
  zip: "'00000'",
  account: "'DE12 0000 0000 0123 4567 89'",
  'payment-reference': "'+++000/0000/00000+++'",
  'vehicle-name': "'Audi/A1/No Plate'",
};

/** The table as its module makes it, as far as people are concerned, with one row. */
function madeTable(
  table: string,
  columns: readonly PersonalColumn[],
  value: (column: PersonalColumn) => string,
): string {
  const needs = new Set(columns.flatMap((column) => column.needs));
  const names = columns.map(({ column }) => `"${column}"`);
  return `DROP TABLE IF EXISTS "${table}" CASCADE;
    CREATE TABLE "${table}" (id serial PRIMARY KEY, ${[...columns.map(({ column, type }) => `"${column}" ${type}`), ...[...needs].map((each) => `"${each}" varchar DEFAULT 'x'`)].join(', ')});
    INSERT INTO "${table}" (${names.join(', ')}) VALUES (${columns.map(value).join(', ')})`;
}

/** Others rest on these; they have mutations of their own. */
const CORE = ['res_partner', 'res_users', 'res_company', 'ir_attachment', 'account_move'];
const TABLES = [...Map.groupBy(INVENTORY, ({ table }) => table)].filter(([table]) => !CORE.includes(table));

describe('each table of the inventory, whether this Odoo has it or another', () => {
  test.each(TABLES)('%s: a real value in any of its columns is found', async (table, columns) => {
    const [{ check } = { check: '' }] = columns;
    const result = await resultOf(
      check,
      madeTable(table, columns, ({ type }) => REAL[type]),
    );
    expect(locationsIn(result)).toEqual(columns.map(({ column }) => `${table}.${column}`).sort());
    expect(JSON.stringify(result)).not.toMatch(/Ingrid|Achterberg|1987|53\.24/);
  });

  test('values of the anonymized shape are fine in all of them', async () => {
    const sql = TABLES.map(([table, columns]) => madeTable(table, columns, ({ shape }) => ANONYMIZED[shape])).join(';');
    for (const id of new Set(INVENTORY.map(({ check }) => check))) {
      expect([id, locationsIn(await resultOf(id, sql))]).toEqual([id, []]);
    }
  });

  test.each([
    ['a text a language', `'{"en_US": "Task ${CODE}", "de_DE": "Anruf bei Ingrid"}'`, ['project_task.name']],
    ['a text a language, all of them titles', `'{"en_US": "Task ${CODE}", "de_DE": "Task ${CODE}"}'`, []],
    ['a number a company', `'{"1": 4711}'`, ['project_task.name']],
    ['a value that no company has', `'{"1": false, "2": null}'`, []],
  ])('jsonb: %s', async (_title, value, locations) => {
    const sql = `DROP TABLE IF EXISTS project_task CASCADE; CREATE TABLE project_task (id serial, name jsonb); INSERT INTO project_task (name) VALUES (${value})`;
    expect(locationsIn(await resultOf('sanitize.personal-data', sql))).toEqual(locations);
  });
});

/** What stands in a column of a table that no module of Odoo brings → type and values. */
type Columns = Readonly<Record<string, readonly [type: string, ...values: string[]]>>;

/** One look at all of them, as each look goes through the whole database. */
async function shapesIn(columns: Columns): Promise<CheckResult | undefined> {
  const names = Object.keys(columns).map((name) => `"${name}"`);
  const inserts = Object.entries(columns).flatMap(([name, [, ...values]]) =>
    values.map((value) => `INSERT INTO acme_visit ("${name}") VALUES (${value})`),
  );
  const types = Object.values(columns).map(([type], index) => `${names[index]} ${type}`);
  return resultOf('sanitize.shapes', `CREATE TABLE acme_visit (id serial, ${types.join(', ')}); ${inserts.join('; ')}`);
}

describe('columns that nobody has reviewed', () => {
  test('are found by what their values look like', async () => {
    const columns: Columns = {
      email: ['varchar', "'ingrid@nordwind-handel.de'"],
      real_name_at_reserved_domain: ['varchar', "'ingrid.achterberg@example.com'"],
      email_within_text: ['text', "'Bitte an ingrid@nordwind-handel.de schreiben'"],
      call: ['varchar', "'+49 4131 770001'"],
      call_within_country: ['varchar', "'04131 / 770001'"],
      account: ['varchar', "'DE89370400440532013000'"],
      account_in_groups: ['varchar', "'DE89 3704 0044 0532 0130 00'"],
      vat: ['varchar', "'DE811223344'"],
      us_social_security: ['varchar', "'078-05-1120'"],
      spanish_dni: ['varchar', "'12345678Z'"],
      italian_codice: ['varchar', "'RSSMRA85T10A562S'"],
      british_nino: ['varchar', "'AB 12 34 56 C'"],
      card: ['varchar', "'4111 1111 1111 1111'"],
      deep_in_json: ['jsonb', '\'{"visitors": [{"mail": "ingrid@nordwind-handel.de"}]}\''],
      json_by_company: ['jsonb', '\'{"1": "+49 4131 770001"}\''],
      list: ['text[]', "'{ingrid@nordwind-handel.de}'"],
    };
    const result = await shapesIn(columns);
    expect([...new Set(locationsIn(result))]).toEqual(
      Object.keys(columns)
        .map((name) => `acme_visit.${name}`)
        .sort(),
    );
    for (const value of Object.values(columns).map(([, value = '']) => value.slice(1, -1))) {
      expect(JSON.stringify(result)).not.toContain(value);
    }
  });

  test('are found by their names', async () => {
    const columns: Columns = {
      x_first_name: ['varchar', "'Ingrid'"],
      contact_email: ['varchar', "'Ingrid'"],
      passport_no: ['varchar', "'Ingrid'"],
      x_birthday: ['varchar', "'Ingrid'"],
      x_birthdate: ['date', "'1987-04-12'"],
    };
    const names = Object.keys(columns).map((name) => `acme_visit.${name}`);
    expect(locationsIn(await shapesIn(columns))).toEqual(names.sort());
  });

  test('are fine with what only looks similar', async () => {
    const result = await shapesIn({
      pseudonyms: ['varchar', "'contact-4f2a91c0b7de@example.com'", "'+1 212-555-0142'", "'DE12000000000123456789'"],
      wrong_check_digits: ['varchar', "'DE88370400440532013000'", "'4111 1111 1111 1112'"],
      documents: ['varchar', "'INV/2026/00017'", "'S00042'", "'WH/OUT/00012'", "'PO02529'"],
      codes: ['varchar', "'4006381333931'", "'19.0.1.3'", "'#875A7B'"],
      times: ['varchar', "'2026-11-20 13:12:12'", "'08:30 - 12:15'"],
      signs: ['varchar', "'@ingrid'", "'a @ b.de'"],
      one_among_many: ['varchar', "'+49 4131 770001'", "'red'", "'green'", "'blue'", "'white'"],
      x_first_name: ['varchar', 'NULL', "''", `'Person ${CODE}'`],
      x_birthdate: ['date', 'NULL'],
    });
    expect(locationsIn(result)).toEqual([]);
    expect(result?.status).toBe('passed');
  });

  test('include the rows that a rule about other rows leaves out', async () => {
    const sql = `UPDATE account_move_line SET name = 'Hotel, ingrid@nordwind-handel.de'
                  WHERE id = (SELECT min(id) FROM account_move_line WHERE payment_id IS NULL AND statement_line_id IS NULL)`;
    expect(locationsIn(await resultOf('sanitize.shapes', sql))).toEqual(['account_move_line.name']);
  });

  test('that may not be read are inconclusive', async () => {
    const result = await resultOf(
      'sanitize.shapes',
      `CREATE TABLE acme_visit (id serial, note varchar); INSERT INTO acme_visit (note) VALUES ('x');
       CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; REVOKE SELECT ON acme_visit FROM reader;
       SET LOCAL ROLE reader`,
    );
    expect(result).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining('acme_visit') });
  });
});

describe('stored copies', () => {
  const PERSON =
    '(SELECT min(id) FROM res_partner WHERE parent_id IS NOT NULL AND email IS NOT NULL AND phone IS NOT NULL)';

  test.each([
    ['res_partner.complete_name', `complete_name = 'Person ${CODE}'`],
    ['res_partner.email_normalized', "email_normalized = 'contact-4f2a91c0b7de@example.com'"],
    ['res_partner.email_normalized', 'email = NULL'],
    ['res_partner.phone_sanitized', "phone_sanitized = '+12125550100', phone = '+1 212-555-0142'"],
    ['res_partner.phone_sanitized', 'phone = NULL'],
  ])('%s that does not follow is found: %s', async (location, change) => {
    const result = await resultOf('sanitize.derived-copies', `UPDATE res_partner SET ${change} WHERE id = ${PERSON}`);
    expect(locationsIn(result)).toEqual([location]);
  });

  test('follow in the sanitized copy', async () => {
    expect((await resultOf('sanitize.derived-copies', 'SELECT 1'))?.status).toBe('passed');
  });
});

describe('files', () => {
  const attach = (values: string) =>
    `INSERT INTO ir_attachment (name, type, res_model, res_id, res_field, file_size) VALUES (${values})`;
  const partner = '(SELECT min(id) FROM res_partner WHERE parent_id IS NOT NULL)';

  test.each([
    ['a photo', ['ir_attachment.res_field'], `'image_1920', 'binary', 'res.partner', ${partner}, 'image_1920', 900`],
    [
      'a printed invoice',
      ['ir_attachment.res_field'],
      "'x', 'binary', 'account.move', 1, 'invoice_pdf_report_file', 900",
    ],
    [
      'a scan of an identity card',
      ['ir_attachment.res_field'],
      "'id_card', 'binary', 'hr.employee', 1, 'id_card', 900",
    ],
    ['an upload by its name', ['ir_attachment.name'], "'Ingrid.pdf', 'binary', 'sale.order', 1, NULL, 900"],
    [
      'an upload by its size',
      ['ir_attachment.file_size'],
      `'Document ${CODE}.pdf', 'binary', 'sale.order', 1, NULL, 43000`,
    ],
    ['an answer to a survey', ['ir_attachment.name'], "'Ingrid.pdf', 'binary', 'survey.user_input', 1, NULL, 900"],
    ['a placeholder', [], `'Document ${CODE}.pdf', 'binary', 'sale.order', 1, NULL, 900`],
    ['a picture of a product', [], "'image_1920', 'binary', 'product.template', 1, 'image_1920', 90000"],
    [
      'the logo of an own company',
      [],
      "'image_1920', 'binary', 'res.partner', (SELECT min(partner_id) FROM res_company), 'image_1920', 90000",
    ],
  ])('%s', async (_title, locations, values) => {
    const result = await resultOf('sanitize.files', attach(values));
    expect(locationsIn(result)).toEqual(locations);
    expect(result?.status).toBe(locations.length > 0 ? 'failed' : 'passed');
  });
});
