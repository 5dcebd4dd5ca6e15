import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Schema } from '../database/schema.ts';
import { Collection } from '../residue/collection.ts';
import { type Kind, newKeys } from '../residue/fingerprint.ts';
import type { Fingerprints } from '../residue/fingerprint-file.ts';
import { PERSONAL_COLUMNS } from '../residue/personal-columns.ts';
import type { Mutation } from './mutation.ts';
import { mutationsOf } from './planting.ts';

const CHECK = 'sanitize.residue';

/** Someone who is in no database. */
const SOMEONE: Readonly<Record<Kind, string>> = {
  name: 'Ingrid Achterberg',
  street: 'Kastanienallee 77',
  email: 'ingrid.achterberg@nordwind-handel.de',
  phone: '+49 4131 7700017',
  account: 'DE89 3704 0044 0532 0130 00',
  'tax-id': 'DE811223344',
  identity: 'C01X00T478',
};

/** Fingerprints of that person, as if they had been taken beside production. */
export function fingerprintsOfSomeone(): Fingerprints {
  const secret = randomBytes(32).toString('hex');
  const { salt, keys } = newKeys(secret);
  const collection = new Collection(keys, new Set());
  for (const [kind, value] of Object.entries(SOMEONE)) collection.add(kind as Kind, value);
  return { secret, salt, counts: {}, created: '', entries: collection.entries() };
}

/** Every column that fingerprints are taken of, and places of our own: other types, other tables, other ways to write it. */
export function residueMutations(schema: Schema): readonly Mutation[] {
  const inventoried = Object.entries(PERSONAL_COLUMNS).flatMap(([table, columns]) =>
    Object.entries(columns)
      .filter(([column]) => schema.has(table, column))
      .flatMap(([column, kind]) =>
        mutationsOf({ check: CHECK, table, column, armed: { oneOf: [SOMEONE[kind]] } }, schema),
      ),
  );
  return [...inventoried, ...OTHER_PLACES].map((each) => ({ ...each, arms: 'person' }));
}

const place = (location: string, kind: string, sql: string): Mutation => ({
  check: CHECK,
  location,
  kind,
  prelude: [],
  sql,
  arms: 'person',
});
const column = (name: string, type: string, value: string): Mutation =>
  place(
    `acme_people.${name}`,
    `CREATE, INSERT ${type}`,
    `CREATE TABLE IF NOT EXISTS acme_people (id serial PRIMARY KEY);
     ALTER TABLE acme_people ADD COLUMN "${name}" ${type}; INSERT INTO acme_people ("${name}") VALUES (${value})`,
  );

const OTHER_PLACES: readonly Mutation[] = [
  column('in_text', 'text', `'Bitte Frau Ingrid Achterberg zurückrufen, sie wartet.'`),
  column('in_capitals', 'varchar', `'INGRID  ACHTERBERG'`),
  column('in_html', 'text', `'<p>Gruß,<br/><b>Ingrid</b> Achterberg</p>'`),
  column('in_array', 'text[]', `ARRAY['x', 'Ingrid.Achterberg@Nordwind-Handel.de']`),
  column('in_json', 'json', `'{"to": [{"mail": "ingrid.achterberg@nordwind-handel.de"}]}'`),
  column('in_jsonb', 'jsonb', `'{"iban": "DE89370400440532013000"}'`),
  column('in_key', 'jsonb', `'{"ingrid.achterberg@nordwind-handel.de": true}'`),
  column('in_bytes', 'bytea', `convert_to('To: ingrid.achterberg@nordwind-handel.de', 'UTF8')`),
  column('in_char', 'char(60)', `'+49 (0)4131 / 7700017'`),
  column('in_domain', 'acme_text', `'DE 811 223 344'`),
  place(
    'ir_attachment.index_content',
    'INSERT text',
    "INSERT INTO ir_attachment (name, type, index_content) VALUES ('x', 'binary', 'Rechnung an Ingrid Achterberg, Kastanienallee 77')",
  ),
  place(
    'mail_message.body',
    'INSERT text',
    "INSERT INTO mail_message (message_type, body) VALUES ('comment', '<p>Von Ingrid Achterberg</p>')",
  ),
  place(
    'acme.acme_elsewhere.who',
    'CREATE, INSERT varchar',
    `CREATE SCHEMA acme; CREATE TABLE acme.acme_elsewhere (who varchar);
     INSERT INTO acme.acme_elsewhere VALUES ('Ingrid Achterberg')`,
  ),
];

/** Plants them all for good: the scan reads over connections of its own. Returns those that the database took. */
export async function plantForGood(client: pg.Client, mutations: readonly Mutation[]): Promise<ReadonlySet<Mutation>> {
  const planted = new Set<Mutation>();
  const done = new Set<string>();
  await client.query('BEGIN');
  await client.query('SET LOCAL session_replication_role = replica; CREATE DOMAIN acme_text AS text');
  for (const mutation of mutations) {
    await client.query('SAVEPOINT mutation');
    try {
      const prelude = mutation.prelude.filter((statement) => !done.has(statement));
      await client.query([...prelude, mutation.sql].join(';\n'));
      for (const statement of prelude) done.add(statement);
      planted.add(mutation);
    } catch {
      await client.query('ROLLBACK TO SAVEPOINT mutation');
    }
  }
  await client.query('COMMIT');
  return planted;
}
