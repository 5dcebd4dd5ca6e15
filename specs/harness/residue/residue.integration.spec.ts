import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { armLikeProduction, PLANTED } from '../../../fixtures/demo/arm.ts';
import type { CheckOutcome } from '../../../harness/check.ts';
import { connect, type DatabaseAddress } from '../../../harness/database/connection.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { type FingerprintSummary, fingerprintDatabase } from '../../../harness/residue/fingerprint-database.ts';
import { readFingerprintFile } from '../../../harness/residue/fingerprint-file.ts';
import { residueCheck, residueFilesCheck } from '../../../harness/residue/residue-check.ts';
import { sanitize } from '../../../harness/sanitize/sanitize.ts';
import { useDemoStack } from '../../support/demo-stack.ts';
import { runCli } from '../../support/run-cli.ts';

const SECRET = 'a fingerprint key for this specification';

const demo = useDemoStack({ odoo: false });
let folder: string;
let file: string;
let client: pg.Client;
let summary: FingerprintSummary;
let armed: CheckOutcome;
let sanitized: CheckOutcome;

async function residue(address: DatabaseAddress = demo().database): Promise<CheckOutcome> {
  const fingerprints = await readFingerprintFile(file, SECRET);
  return residueCheck.run({ address, fingerprints, progress: silentProgress });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odoo-gate-residue-'));
  file = join(folder, 'prod.fingerprints');
  client = await connect(demo().database);
  await armLikeProduction(client);
  await client.query('ANALYZE');
  summary = await fingerprintDatabase({
    address: demo().database,
    secret: SECRET,
    file,
    tool: 'spec',
    progress: silentProgress,
  });
  armed = await residue();
  await sanitize({
    address: demo().database,
    baseUrl: new URL('http://172.20.0.9:8069'),
    neutralize: () => demo().odooCommand('neutralize'),
    anonymize: { stagingPassword: 'staging-only-73', key: 'a key for this specification' },
  });
  sanitized = await residue();
  return async () => {
    await client.end();
    await rm(folder, { recursive: true, force: true });
  };
});

const findings = (outcome: CheckOutcome) => (outcome.status === 'failed' ? outcome.findings : []);
const places = (outcome: CheckOutcome) => findings(outcome).map(({ location }) => location);

describe('the file of fingerprints', () => {
  test('has every kind of value that production has', () => {
    expect(Object.keys(summary.fingerprints).sort()).toEqual(['account', 'email', 'name', 'phone', 'street', 'tax-id']);
    expect(summary.values).toBeGreaterThan(500);
  });

  test('holds no value of production', async () => {
    const content = (await readFile(file)).toString('latin1').toLowerCase();
    for (const value of [...PLANTED.secrets, ...PLANTED.personal, PLANTED.password]) {
      expect(content).not.toContain(Buffer.from(value.toLowerCase()).toString('latin1'));
    }
  });

  test('is refused under another key', async () => {
    await expect(readFingerprintFile(file, 'another key altogether')).rejects.toMatchObject({
      code: 'fingerprint-key',
      exitCode: 2,
    });
  });

  test.each([
    ['cut off', (content: Buffer) => content.subarray(0, content.length - 25)],
    ['cut off in its first line', (content: Buffer) => content.subarray(0, 40)],
    ['longer', (content: Buffer) => Buffer.concat([content, Buffer.alloc(25)])],
    ['empty', () => Buffer.alloc(0)],
    [
      'edited',
      (content: Buffer) => {
        content[content.length - 100] = (content[content.length - 100] ?? 0) ^ 1;
        return content;
      },
    ],
    [
      'with another count',
      (content: Buffer) => Buffer.from(content.toString('latin1').replace('"email":', '"email":1'), 'latin1'),
    ],
    ['no such file at all', () => Buffer.from('%PDF-1.7\n%%EOF\n')],
  ])('is refused when it is %s', async (title, damage) => {
    const path = join(folder, title.replaceAll(' ', '-'));
    await writeFile(path, damage(await readFile(file)));
    await expect(readFingerprintFile(path, SECRET)).rejects.toMatchObject({ code: 'fingerprint-damaged', exitCode: 2 });
  });
});

describe('production as it was restored', () => {
  test('fails, wherever its people are', () => {
    expect(armed.status).toBe('failed');
    expect(places(armed)).toEqual(
      expect.arrayContaining([
        'res_partner.name',
        'res_partner.email_normalized',
        'res_partner.phone_sanitized',
        'res_partner_bank.sanitized_acc_number',
        'mail_message.body',
        'mail_mail.headers',
        'account_bank_statement_line.transaction_details',
        'ir_attachment.index_content',
        'pg_stats.most_common_vals',
      ]),
    );
  });

  test('is described without one of its values', () => {
    const output = JSON.stringify(armed).toLowerCase();
    for (const value of [...PLANTED.secrets, ...PLANTED.personal]) expect(output).not.toContain(value.toLowerCase());
  });
});

describe('the sanitized copy', () => {
  test('has none of them left', () => {
    expect(findings(sanitized)).toEqual([]);
    expect(sanitized).toMatchObject({ status: 'passed', assertions: expect.any(Number) });
  });

  test('can not be judged by a role that may not read all of it', async () => {
    await client.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
      REVOKE SELECT ON res_partner FROM reader`);
    const outcome = await residue({ ...demo().database, user: 'reader', password: 'reader' });
    expect(outcome).toMatchObject({
      status: 'inconclusive',
      reason: expect.stringContaining('res_partner: SQLSTATE 42501'),
    });
  });
});

describe('a value that gets into a sanitized copy is found', () => {
  const ARRANGED = `'Ingrid Achterberg'`;
  const PLACES: [title: string, place: string, sql: string][] = [
    [
      'a column that nobody thinks of',
      'res_country.name',
      `UPDATE res_country SET name = jsonb_build_object('en_US', $1::text) WHERE id = 1`,
    ],
    ['a key of jsonb', 'odd_key.doc', `CREATE TABLE odd_key AS SELECT jsonb_build_object($1::text, 'x') AS doc`],
    [
      'json as it was written',
      'odd_json.doc',
      `CREATE TABLE odd_json AS SELECT ('{"a": "' || replace($1, 'I', '\\u0049') || '"}')::json AS doc`,
    ],
    ['an element of an array', 'odd_array.tags', `CREATE TABLE odd_array AS SELECT ARRAY['x', $1] AS tags`],
    [
      'an array of json',
      'odd_docs.docs',
      `CREATE TABLE odd_docs AS SELECT ARRAY[jsonb_build_object('a', $1::text)] AS docs`,
    ],
    [
      'bytes that are text',
      'odd_bytes.raw',
      `CREATE TABLE odd_bytes AS SELECT convert_to('Name: ' || $1, 'UTF8') AS raw`,
    ],
    ['a fixed length', 'odd_fixed.name', `CREATE TABLE odd_fixed AS SELECT $1::char(80) AS name`],
    [
      'a type without case',
      'odd_citext.name',
      `CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE odd_citext AS SELECT upper($1)::citext AS name`,
    ],
    [
      'keys and values of hstore',
      'odd_hstore.doc',
      `CREATE EXTENSION IF NOT EXISTS hstore; CREATE TABLE odd_hstore AS SELECT hstore($1, 'x') AS doc`,
    ],
    [
      'a domain',
      'odd_domain.own',
      `CREATE DOMAIN own AS text; CREATE TABLE odd_domain (own own); INSERT INTO odd_domain VALUES ($1)`,
    ],
    [
      'a composite',
      'odd_both.both',
      `CREATE TYPE both_names AS (a text, b text); CREATE TABLE odd_both ("both" both_names); INSERT INTO odd_both VALUES (ROW('x', $1))`,
    ],
    ['another schema', 'attic.odd.name', `CREATE SCHEMA attic; CREATE TABLE attic.odd AS SELECT $1 AS name`],
    ['a materialized view', 'odd_view.name', `CREATE MATERIALIZED VIEW odd_view AS SELECT $1::text AS name`],
    [
      'a partition',
      'odd_part_1.name',
      `CREATE TABLE odd_part (name text) PARTITION BY RANGE (name); CREATE TABLE odd_part_1 PARTITION OF odd_part DEFAULT; INSERT INTO odd_part VALUES ($1)`,
    ],
    [
      'a table that inherits',
      'odd_child.name',
      `CREATE TABLE odd_parent (name text); CREATE TABLE odd_child () INHERITS (odd_parent); INSERT INTO odd_child VALUES ($1)`,
    ],
    ['a name of Postgres', 'odd_name.name', `CREATE TABLE odd_name AS SELECT $1::name AS name`],
    ['XML', 'odd_xml.doc', `CREATE TABLE odd_xml AS SELECT ('<a>' || $1 || '</a>')::xml AS doc`],
    [
      'a long text',
      'odd_long.doc',
      `CREATE TABLE odd_long AS SELECT repeat('x ', 3000000) || $1 || repeat(' y', 3000000) AS doc`,
    ],
    [
      'the last of many rows',
      'odd_rows.name',
      `CREATE TABLE odd_rows AS SELECT repeat('wort ', 60) || CASE n WHEN 200000 THEN $1 ELSE n::text END AS name FROM generate_series(1, 200000) n`,
    ],
  ];
  let planted: CheckOutcome;

  beforeAll(async () => {
    for (const [, , sql] of PLACES) await client.query(sql.replaceAll('$1', ARRANGED));
    await client.query('CREATE TABLE odd_gzip (raw bytea)');
    await client.query('INSERT INTO odd_gzip VALUES ($1)', [gzipSync('<p>Ingrid Achterberg</p>')]);
    planted = await residue();
  });

  test.each([...PLACES.map(([title, place]) => [title, place]), ['gzip in a column', 'odd_gzip.raw']])(
    'in %s',
    (_title, place) => {
      expect(findings(planted)).toContainEqual(expect.objectContaining({ location: place, count: 1 }));
    },
  );

  test('and nothing else is', () => {
    expect(places(planted).sort()).toEqual([...PLACES.map(([, place]) => place), 'odd_gzip.raw'].sort());
  });
});

describe('the filestore', () => {
  const files = async (filestore: string) => {
    const fingerprints = await readFingerprintFile(file, SECRET);
    return residueFilesCheck.run({ filestore, fingerprints, progress: silentProgress });
  };

  test('of the demo, with its invoices as PDF, has none of its people', async () => {
    expect(await files(demo().filestore)).toMatchObject({ status: 'passed', assertions: expect.any(Number) });
  });

  test('fails where a file has one, whether an attachment names it or not', async () => {
    const store = await mkdtemp(join(folder, 'store-'));
    await mkdir(join(store, 'ab'));
    await writeFile(join(store, 'ab', 'abcd'), 'Rechnung an Ingrid Achterberg');
    expect(findings(await files(store))).toEqual([expect.objectContaining({ location: 'filestore', count: 1 })]);
  });

  test('without a file can not be judged', async () => {
    expect(await files(await mkdtemp(join(folder, 'store-')))).toMatchObject({ status: 'inconclusive' });
  });
});

describe('on the command line', () => {
  const url = () => {
    const { user, password, host, port, database } = demo().database;
    return `postgresql://${user}:${password}@${host}:${port}/${database}`;
  };
  const check = (secret: string) =>
    runCli(
      [
        ...['check', '--database-url', url(), '--base-url', 'http://172.20.0.9:8069', '--only', 'sanitize.residue'],
        ...['--fingerprint', file, '--fingerprint-key-env', 'FINGERPRINT_KEY', '--format', 'json'],
      ],
      { env: { FINGERPRINT_KEY: secret } },
    );

  test('fingerprints are written, and found again', async () => {
    const own = join(folder, 'own.fingerprints');
    const made = await runCli(['fingerprint', '--database-url', url(), '--key-env', 'K', '--out-file', own], {
      env: { K: SECRET },
    });
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('fingerprints of') });
    const { exitCode, stdout } = await check(SECRET);
    expect([exitCode, JSON.parse(stdout).checks[0].id]).toEqual([1, 'sanitize.residue']);
  });

  test('another key is a mistake of the user, not a clean copy', async () => {
    const { exitCode, stdout, stderr } = await check('another key altogether');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('[fingerprint-key]');
  });
});
