import { describe, expect, test } from 'vitest';
import type { Armed } from '../../../harness/sanitize-checks/rule.ts';
import { mutationsOf, type Plant } from '../../../harness/selftest/planting.ts';

const COLUMNS = new Map([
  ['id', 'integer'],
  ['key', 'character varying'],
  ['test_mode', 'boolean'],
  ['data', 'jsonb'],
  ['file', 'bytea'],
]);
const schema = {
  has: (table: string, column?: string) => table === 'known' && (column === undefined || COLUMNS.has(column)),
  columns: (table: string) => (table === 'known' ? COLUMNS : undefined),
  tables: () => ['known'].values(),
};
const plant = (over: Partial<Plant> & { armed: Armed }): Plant => ({
  check: 'sanitize.x',
  table: 'known',
  column: 'key',
  ...over,
});
const kinds = (over: Partial<Plant> & { armed: Armed }) => mutationsOf(plant(over), schema).map(({ kind }) => kind);

describe('what a rule says of itself becomes a row', () => {
  test.each<[string, Partial<Plant> & { armed: Armed }, readonly string[]]>([
    [
      'a credential, and one that looks like a placeholder',
      { armed: 'secret' },
      Array(3).fill('INSERT character varying'),
    ],
    [
      'another mode than those that are neutral, and none',
      { column: 'test_mode', armed: { otherThan: ['true'] } },
      ['INSERT boolean', 'INSERT NULL'],
    ],
    [
      'another mode where none is neutral too',
      { column: 'test_mode', armed: { otherThan: ['false', ''] } },
      ['INSERT boolean'],
    ],
    ['each state that is live', { armed: { oneOf: ['outgoing', 'error'] } }, Array(2).fill('INSERT character varying')],
    ['a file, by the type of its column', { column: 'file', armed: 'secret' }, Array(3).fill('INSERT bytea')],
    ['a row at all', { armed: 'row' }, ['INSERT']],
    ['a column that the database lacks', { column: 'other', armed: { oneOf: ['true'] } }, ['ALTER, INSERT boolean']],
  ])('%s', (_title, over, expected) => {
    expect(kinds(over)).toEqual(expected);
  });

  test('makes a table that is not there, with the column, and a neutral value for the rows that are', () => {
    const [mutation] = mutationsOf(plant({ table: 'other', armed: { otherThan: ['test'] } }), schema);
    expect(mutation?.prelude).toEqual([
      'CREATE TABLE "other" (id serial PRIMARY KEY)',
      `ALTER TABLE "other" ADD COLUMN "key" varchar DEFAULT 'test'`,
    ]);
  });

  test('plants what the rule reads beside it', () => {
    const [mutation] = mutationsOf(plant({ armed: { oneOf: ['x'] }, beside: { id: ['integer', '7'] } }), schema);
    expect(mutation?.sql).toBe(`INSERT INTO "known" ("key", "id") VALUES ('x', 7)`);
  });

  test('lets no name or value out of its quotes', () => {
    const [mutation] = mutationsOf(plant({ table: 'a"; DROP', column: `b"c`, armed: { oneOf: ["it's"] } }), schema);
    expect(mutation?.sql).toBe(`INSERT INTO "a""; DROP" ("b""c") VALUES ('it''s')`);
  });
});
