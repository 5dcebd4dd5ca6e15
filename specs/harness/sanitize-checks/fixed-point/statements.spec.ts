import { describe, expect, test } from 'vitest';
import { readStatements } from '../../../../harness/sanitize-checks/fixed-point/statements.ts';

const textsOf = (sql: string) => readStatements(sql).map(({ text }) => text);
const kindsOf = (sql: string) => readStatements(sql).map(({ kind }) => kind);

describe('a file is split at the semicolons that end statements, not at those', () => {
  test.each([
    ['in a string', "UPDATE a SET b = ';'"],
    ['behind a doubled quote', "UPDATE a SET b = 'it''s; so'"],
    ['behind an escaped quote', "UPDATE a SET b = E'it\\'s; so'"],
    ['in a quoted name', 'UPDATE "a;b" SET c = 1'],
    ['in a comment to the end of the line', 'UPDATE a -- first; then\nSET b = 1'],
    ['in a comment in a comment', 'UPDATE a /* x /* ; */ ; */ SET b = 1'],
    ['in dollar quotes', 'DO $$ BEGIN UPDATE a SET b = 1; END; $$'],
    ['in dollar quotes within others', 'DO $x$ BEGIN PERFORM $$;$$; END $x$'],
  ])('%s', (_title, sql) => {
    expect(textsOf(`${sql}; SELECT 2`)).toEqual([sql, 'SELECT 2']);
  });
});

test.each([
  ['nothing', ''],
  ['blanks and semicolons', ' ;\n; '],
  ['comments alone', '-- a\n/* b; */;'],
])('%s is no statement', (_title, sql) => {
  expect(readStatements(sql)).toEqual([]);
});

test('a name that ends in e before a string takes no escapes', () => {
  expect(textsOf("SELECT type'\\'; SELECT 2")).toEqual(["SELECT type'\\'", 'SELECT 2']);
});

test('statements are numbered as they stand in the file', () => {
  expect(readStatements('BEGIN; UPDATE a SET b = 1; COMMIT').map(({ number }) => number)).toEqual([1, 2, 3]);
});

test.each([
  'BEGIN',
  'begin work',
  'START TRANSACTION',
  'COMMIT AND CHAIN',
  'END',
  'SAVEPOINT a',
  'RELEASE a',
  '/* x */ COMMIT',
])('%s brackets others', (sql) => {
  expect(kindsOf(sql)).toEqual(['bracket']);
});

test.each([
  'UPDATE a SET b = 1',
  'delete from a',
  'WITH a AS (SELECT 1) UPDATE b SET c = 1',
  '(SELECT 1)',
  "UPDATE a SET b = 'DROP TABLE'",
  "UPDATE a SET b = 'pg_sleep(9)'",
  '-- disable\nINSERT INTO a VALUES (1)',
])('%j is run', (sql) => {
  expect(kindsOf(sql)).toEqual(['run']);
});

test.each([
  'ROLLBACK',
  'ABORT',
  'ROLLBACK TO a',
  'COMMIT PREPARED $$a$$',
  "PREPARE TRANSACTION 'a'",
  'CREATE TABLE a ()',
  'DROP TABLE a',
  'ALTER TABLE a DISABLE TRIGGER ALL',
  'VACUUM',
  'LOCK TABLE a',
  "COPY a FROM '/b'",
  'SET search_path = b',
  'SET ROLE b',
  'LISTEN a',
  "SELECT dblink_exec('a', 'b')",
  'SELECT pg_terminate_backend(1)',
  'SELECT nextval(1), setval (2, 3)',
  'UPDATE a SET b = lo_export(1, c)',
  'DO $$ BEGIN EXECUTE $x$ ALTER TABLE a $x$; END $$',
  'TRUNCATE a CASCADE',
  '\\i other.sql',
])('%s is not run', (sql) => {
  expect(kindsOf(sql)).toEqual(['refused']);
});

test.each([
  ['TRUNCATE a', ['a']],
  ['TRUNCATE TABLE a, b *', ['a', 'b']],
  ['truncate only "A b" restart identity', ['"A b"']],
  ['TRUNCATE TABLE public.a CONTINUE IDENTITY RESTRICT', ['public.a']],
])('%s empties %j', (sql, tables) => {
  expect(readStatements(sql)).toMatchObject([{ kind: 'truncate', tables }]);
});
