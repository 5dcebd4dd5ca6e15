import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../harness/database/connection.ts';
import { anonymizeTable } from '../../../harness/sanitize/anonymize/anonymize-table.ts';
import { loadColumns } from '../../../harness/sanitize/anonymize/columns.ts';
import { createKeyedHash } from '../../../harness/sanitize/anonymize/keyed-hash.ts';
import { emptyTransientTables } from '../../../harness/sanitize/anonymize/transient-tables.ts';
import { openSession } from '../../../harness/sanitize/transaction.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack({ odoo: false });
let client: pg.Client;

beforeAll(async () => {
  client = await connect(demo().database);
  return () => client.end();
});

/** A table of one row a value; what its column is after each of two runs. */
async function twice(declared: string, values: readonly string[], as: object) {
  await client.query('DROP TABLE IF EXISTS people');
  await client.query(`CREATE TABLE people (id serial PRIMARY KEY, it ${declared})`);
  for (const value of values) await client.query('INSERT INTO people (it) VALUES ($1)', [value]);
  const writer = await openSession(client);
  await createKeyedHash(client, 'a key for this specification');
  const run = async () => {
    await anonymizeTable(writer, await loadColumns(client), { table: 'people', ...as });
    return (await client.query<{ it: unknown }>('SELECT it FROM people ORDER BY id')).rows.map(({ it }) => it);
  };
  return [await run(), await run()];
}

describe('a value', () => {
  test.each([
    ['a name in any case', 'varchar', ['Ingrid Achterberg', ' ingrid achterberg '], { person: ['it'] }, 1],
    [
      'an address with and without the name',
      'varchar',
      ['"Ingrid" <i@nordwind.de>', 'I@Nordwind.de'],
      { email: ['it'] },
      1,
    ],
    ['a number however it is written', 'text', ['+49 4131 77-12', '+49413177/12'], { phone: ['it'] }, 1],
    ['an account with and without spaces', 'varchar', ['DE89 3704 0044', 'DE8937040044'], { account: ['it'] }, 1],
    ['what differs in case alone, in a unique index', 'varchar UNIQUE', ['A@x.de', 'a@x.de'], { email: ['it'] }, 2],
    ['titles in a unique index', 'varchar UNIQUE', ['Rückruf', 'rückruf', 'Angebot'], { titled: { it: 'Task' } }, 3],
    ['codes that are required and unique', 'varchar NOT NULL UNIQUE', ['044-a', '044-A'], { blank: ['it'] }, 2],
  ])('has one pseudonym, and keeps it: %s', async (_title, declared, values, as, distinct) => {
    const [once, again] = await twice(declared, values, as);
    expect(new Set(once).size).toBe(distinct);
    expect(again).toEqual(once);
    for (const value of values) expect(JSON.stringify(once)).not.toContain(value);
  });

  test.each([
    ['a column that is long enough', 'varchar(20)', 'Ingrid', { person: ['it'] }, /^Person [0-9A-F]{12}$/],
    ['a column that is too short', 'varchar(12)', 'Ingrid', { person: ['it'] }, /^null$/],
    ['every language', 'jsonb', '{"de_DE": "Termin Achterberg"}', { titled: { it: 'Event' } }, /^Event [0-9A-F]{12}$/],
    ['a required text', 'text NOT NULL', 'Achterberg', { blank: ['it'] }, /^$/],
    ['a required number', 'int NOT NULL', '1987', { blank: ['it'] }, /^0$/],
    ['an empty text', 'varchar', '', { email: ['it'] }, /^$/],
  ])('fits %s', async (_title, declared, value, as, shape) => {
    const [[it] = [], again] = await twice(declared, [value], as);
    expect(again).toEqual([it]);
    expect(String(typeof it === 'object' && it !== null ? Object.values(it)[0] : it)).toMatch(shape);
  });
});

test('wizards are emptied whatever the order in which they need each other', async () => {
  await client.query(
    `CREATE TABLE spec_a_wizard (id int PRIMARY KEY, typed text);
     CREATE TABLE spec_b_wizard (id int PRIMARY KEY, a int NOT NULL REFERENCES spec_a_wizard ON DELETE RESTRICT);
     INSERT INTO spec_a_wizard VALUES (1, 'Achterberg'); INSERT INTO spec_b_wizard VALUES (1, 1);
     INSERT INTO ir_model (model, name, "order", state, transient)
       SELECT 'spec.' || n || '.wizard', '{"en_US": "Spec"}', 'id', 'manual', true FROM unnest(ARRAY['a', 'b']) n`,
  );
  await client.query('BEGIN');
  await emptyTransientTables(await openSession(client));
  await client.query('COMMIT');
  const { rows } = await client.query('SELECT 1 FROM spec_a_wizard UNION ALL SELECT 1 FROM spec_b_wizard');
  expect(rows).toEqual([]);
});
