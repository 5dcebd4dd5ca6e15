import { describe, expect, it } from 'vitest';
import { TailCollector, withoutRowData } from '../../../harness/database/program-messages.ts';

/** Standing for any value of a row. */
const PERSON = 'Wilhelmine Ackermann';

describe('keeps what tells the fault', () => {
  it.each([
    'psql:<stdin>:12: ERROR:  relation "res_partner" does not exist',
    'ERROR:  duplicate key value violates unique constraint "res_users_login_key"',
    'pg_restore: error: could not read from input file: end of file',
    'pg_restore: error: COPY failed for table "res_partner": ERROR:  missing data for column "name"',
    'ERROR:  role "metabase" does not exist',
    'pg_dump: error: aborting because of server version mismatch',
    'ERROR:  extension "vector" is not available',
    'psql: error: connection to server at "127.0.0.1", port 5432 failed: FATAL:  password authentication failed for user "odoo"',
    'ERROR:  could not extend file "base/5/1259": No space left on device',
  ])('%s', (line) => {
    expect(withoutRowData(`${line}\n`)).toBe(line);
  });
});

describe('drops what may be in a row', () => {
  const messages: Record<string, string> = {
    'the value of a wrong type': `ERROR:  invalid input syntax for type integer: "${PERSON}"`,
    'the context of a COPY': `ERROR:  x\nCONTEXT:  COPY res_partner, line 3, column id: "${PERSON}"`,
    'the key of a duplicate': `ERROR:  duplicate key\nDETAIL:  Key (name)=(${PERSON}) already exists.`,
    'the row that failed': `ERROR:  new row violates\nDETAIL:  Failing row contains (1, ${PERSON}).`,
    'the statement': `ERROR:  syntax error\nLINE 1: INSERT INTO x VALUES ('${PERSON}')\n                ^`,
    'the command that pg_restore sent': `pg_restore: error: could not execute query: ERROR:  x\nCommand was: INSERT INTO x VALUES ('${PERSON}')`,
    'a syntax error in the middle of data': `ERROR:  syntax error at or near "${PERSON}"`,
    'a value over several lines': `ERROR:  invalid input syntax for type integer: "first\n${PERSON}"`,
    'a value with quotes in it': `ERROR:  invalid input value for enum x: "a "b" ${PERSON}"`,
    'a value where a name would stand': `ERROR:  column "${PERSON}" does not exist`,
    'data taken for a command': `invalid command \\n${PERSON}`,
    'a hint': `ERROR:  x\nHINT:  Perhaps you meant ${PERSON}`,
  };
  it.each(Object.entries(messages))('%s', (_title, message) => {
    expect(withoutRowData(message)).not.toMatch(/Wilhelmine|Ackermann/);
  });
});

it('a collector keeps the end of a flood', () => {
  const tail = new TailCollector(1000);
  for (let line = 0; line < 10_000; line += 1) tail.write(`line ${line}\n`);
  expect(tail.text()).toMatch(/line 9999\n$/);
  expect(tail.text().length).toBeLessThan(1100);
});
