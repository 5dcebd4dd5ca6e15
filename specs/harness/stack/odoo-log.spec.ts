import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeRecord, type LogRecord, OdooLog } from '../../../harness/stack/odoo-log.ts';

const at = (level: string, message: string, logger = 'odoo.http') =>
  `2026-01-31 10:00:00,123 7 ${level} odoo ${logger}: ${message}\n`;

function read(...chunks: string[]): OdooLog {
  const log = new OdooLog();
  for (const chunk of chunks) log.push(chunk);
  log.end();
  return log;
}

const TRACEBACK = `${at('ERROR', 'Exception during request')}Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/odoo/http.py", line 12, in dispatch
    raise ValueError("Jane Doe")
ValueError: no partner 'Jane Doe'
`;

describe('a record', () => {
  test.each(['WARNING', 'ERROR', 'CRITICAL'])('of level %s is a problem', (level) => {
    expect(read(at(level, 'words')).problems).toEqual([{ level, logger: 'odoo.http', message: 'words' }]);
  });

  test.each(['DEBUG', 'INFO'])('of level %s is counted only', (level) => {
    const log = read(at(level, 'words'));
    expect([log.records, log.problems]).toEqual([1, []]);
  });

  test('before any database is opened is one too', () => {
    expect(read('2026-01-31 10:00:00,123 1 ERROR ? odoo.service.server: no\n').problems).toHaveLength(1);
  });

  test('has its traceback, up to the next record', () => {
    const [first, second] = read(TRACEBACK, at('ERROR', 'next')).problems;
    expect(first?.message.split('\n')).toHaveLength(5);
    expect(second?.message).toBe('next');
  });

  test('that is no problem takes its continuation away with it', () => {
    expect(read(at('ERROR', 'first'), at('INFO', 'second'), 'continued\n').problems).toEqual([
      { level: 'ERROR', logger: 'odoo.http', message: 'first' },
    ]);
  });

  test('that ends the stream without a line break is read', () => {
    expect(read(at('ERROR', 'the last word').trimEnd()).problems).toHaveLength(1);
  });

  test('with the line ends of a terminal is read', () => {
    expect(read(at('ERROR', 'words').replace('\n', '\r\n')).problems[0]?.message).toBe('words');
  });
});

test.each([
  ['nothing', ''],
  ['empty lines', '\n\n\n'],
  ['words of another program', 'Database connection failure: db:5432 does not answer\n'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0xc3]).toString()],
  ['an unknown level', '2026-01-31 10:00:00,123 1 PANIC odoo odoo.http: words\n'],
])('%s holds no record', (_what, text) => {
  expect(read(text)).toMatchObject({ records: 0, errorCount: 0, problems: [] });
});

test('however the stream is cut, the same records are read', () => {
  const text = `${at('INFO', 'Zoë – 東京')}${TRACEBACK}${at('WARNING', 'careful')}`;
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
      expect(read(...chunks).problems).toEqual(read(text).problems);
    }),
  );
});

describe('memory stays bounded', () => {
  test('by a flood of errors, all of which are counted', () => {
    const log = read(at('ERROR', 'again').repeat(3_000));
    expect([log.errorCount, log.problems.length]).toEqual([3_000, 1_000]);
  });

  test('by a flood of warnings, which leaves room for errors', () => {
    const log = read(at('WARNING', 'again').repeat(3_000), at('ERROR', 'the one'));
    expect(log.problems.at(-1)?.message).toBe('the one');
  });

  test('by a line without end', () => {
    const log = new OdooLog();
    for (let sent = 0; sent < 100; sent += 1)
      log.push(`${sent === 0 ? at('ERROR', '').trimEnd() : ''} ${'x'.repeat(10_000)}`);
    log.end();
    expect(log.problems[0]?.message.length).toBeLessThan(20_000);
  });

  test('by a traceback without end', () => {
    const log = read(at('ERROR', 'deep'), '  File "x.py", line 1, in y\n'.repeat(100_000));
    expect(log.problems[0]?.message.length).toBeLessThan(100_000);
  });
});

describe('the last lines', () => {
  test('hold no value', () => {
    const lines = read(TRACEBACK, at('WARNING', 'mail to jane@example.com failed')).lastLines(10);
    expect(lines).not.toMatch(/jane/i);
  });

  test('keep where it broke, and the names of code', () => {
    const lines = read(TRACEBACK, "ModuleNotFoundError: No module named 'phonenumbers'\n").lastLines(10);
    expect(lines).toContain('File "/usr/lib/python3/dist-packages/odoo/http.py", line 12');
    expect(lines).toContain("No module named 'phonenumbers'");
  });

  test('are as many as asked for', () => {
    expect(read(at('INFO', 'a'), at('INFO', 'b'), at('INFO', 'c')).lastLines(2)).toBe(
      'INFO odoo.http: b\nINFO odoo.http: c',
    );
  });

  test('are searched for a text', () => {
    const log = read(at('INFO', 'GET /web/health?abc'), at('INFO', 'x').repeat(300));
    expect([log.hasRecently('x'), log.hasRecently('?abc')]).toEqual([true, false]);
  });
});

test.each([
  ['with its exception', TRACEBACK, 'ERROR: Exception during request (ValueError: no partner "…")'],
  ['without one', at('CRITICAL', 'Failed to load registry'), 'CRITICAL: Failed to load registry'],
  [
    'of a query',
    at('ERROR', "bad query: UPDATE res_partner SET name='Jane'\nERROR: x"),
    'ERROR: bad query: UPDATE res_partner SET name="…" (ERROR: x)',
  ],
])('a record %s is told in one line without values', (_what, text, told) => {
  expect(describeRecord(read(text).problems[0] as LogRecord)).toBe(told);
});
