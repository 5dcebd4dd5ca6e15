import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { totalsOf } from '../../../harness/coverage-gate/model.ts';
import { readReport } from '../../../harness/coverage-gate/read-report.ts';
import { UsageError } from '../../../harness/errors.ts';

const recorded = (name: string) => join(import.meta.dirname, '../../../fixtures/coverage/recorded', name);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coverage-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'report');
  await writeFile(path, content);
  return path;
}

async function lcov(...lines: string[]) {
  return readReport(await file(`${lines.join('\n')}\n`));
}

describe('recorded reports', () => {
  it.each(['coverage-py-6.5.0.json', 'coverage-py-7.6.0.json', 'coverage-py-7.6.0-branch.json'])(
    '%s: 12 of 20 statements, as `coverage report` says',
    async (name) => {
      expect(totalsOf(await readReport(recorded(name)))).toEqual({ covered: 12, total: 20 });
    },
  );

  it('counts neither docstrings nor excluded lines nor line 0 of coverage.py as covered', async () => {
    const coverage = await readReport(recorded('coverage-py-7.6.0.json'));
    const lines = coverage.get('pricing/discount.py');
    expect([1, 5, 37, 38].filter((line) => lines?.has(line))).toEqual([]);
    expect(coverage.get('pricing/__init__.py')?.size).toBe(0);
  });

  it('keeps files that no test imported', async () => {
    const coverage = await readReport(recorded('coverage-py-7.6.0.json'));
    expect(coverage.get('pricing/never_imported.py')).toEqual(
      new Map([
        [1, 0],
        [2, 0],
      ]),
    );
  });

  it('c8 12.0.0: 8 of 14 lines', async () => {
    expect(totalsOf(await readReport(recorded('c8-12.0.0.lcov')))).toEqual({ covered: 8, total: 14 });
  });

  it.each(['coverage-py-6.5.0.lcov', 'coverage-py-7.6.0-branch.lcov'])(
    'refuses %s, whose lines say more than its own sums',
    async (name) => {
      await expect(readReport(recorded(name))).rejects.toThrow(UsageError);
    },
  );
});

describe('LCOV', () => {
  it('adds up a line repeated within and across records of one file', async () => {
    const coverage = await lcov(
      'SF:a.py',
      'DA:1,0',
      'DA:1,2',
      'DA:2,0',
      'end_of_record',
      'SF:a.py',
      'DA:1,3',
      'DA:2,0',
      'end_of_record',
    );
    expect(coverage.get('a.py')).toEqual(
      new Map([
        [1, 5],
        [2, 0],
      ]),
    );
  });

  it('reads CRLF line ends, checksums, a byte order mark, comments and unknown keywords', async () => {
    const coverage = await readReport(
      await file(
        '\uFEFF# made by x\r\nTN:\r\nSF:a.py\r\nVER:7\r\nDA:1,1,1B2M2Y8A==\r\nMCDC:1,2,t,1,0,x\r\nLF:1\r\nLH:1\r\nend_of_record\r\n',
      ),
    );
    expect(coverage.get('a.py')).toEqual(new Map([[1, 1]]));
  });

  it('reads backslashes and a leading ./ as the same file', async () => {
    const coverage = await lcov(
      'SF:addons\\sale\\a.py',
      'DA:1,1',
      'end_of_record',
      'SF:./addons/sale/a.py',
      'DA:2,0',
      'end_of_record',
    );
    expect([...coverage.keys()]).toEqual(['addons/sale/a.py']);
    expect(totalsOf(coverage)).toEqual({ covered: 1, total: 2 });
  });
});

describe('bad input', () => {
  const py = { meta: { version: '7.6.0' } };
  const summary = { covered_lines: 1, num_statements: 2, missing_lines: 1 };
  const pyReport = (fileReport: object, totals: object = summary) =>
    JSON.stringify({ ...py, files: { 'a.py': fileReport }, totals });

  it.each<[string, string | Buffer, string]>([
    ['empty', '', 'coverage-report-empty'],
    ['only white space', ' \n\r\n', 'coverage-report-empty'],
    ['only a byte order mark', '\uFEFF', 'coverage-report-empty'],
    ['XML', '<?xml version="1.0" ?><coverage lines-valid="14"/>', 'coverage-report-foreign'],
    ['raw coverage.py data', Buffer.from('SQLite format 3\0\u0010\0'), 'coverage-report-foreign'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'coverage-report-foreign'],
    ['prose', 'no coverage today', 'coverage-report-foreign'],
    ['JSON that is a list', '[]', 'coverage-report-foreign'],
    ["istanbul's JSON", '{"/a.js":{"statementMap":{}}}', 'coverage-report-malformed'],
    ["istanbul's summary", '{"total":{"lines":{"total":1,"covered":1}}}', 'coverage-report-malformed'],
    ['broken JSON', '{"meta":}', 'coverage-report-malformed'],
    ['JSON cut off', '{"meta":{"version":"7.6.0"},"files":{"a.py":{"executed_li', 'coverage-report-truncated'],
    [
      'coverage.py without a file',
      JSON.stringify({ ...py, files: {}, totals: { covered_lines: 0, num_statements: 0, missing_lines: 0 } }),
      'coverage-report-without-lines',
    ],
    ['coverage.py without totals', JSON.stringify({ ...py, files: {} }), 'coverage-report-malformed'],
    [
      'coverage.py, a line executed and missing',
      pyReport({ executed_lines: [1, 2], missing_lines: [2], summary }),
      'coverage-report-contradictory',
    ],
    [
      'coverage.py, covered lines not listed',
      pyReport({ executed_lines: [], missing_lines: [2], summary }),
      'coverage-report-contradictory',
    ],
    [
      'coverage.py, missing lines not listed',
      pyReport({ executed_lines: [1], missing_lines: [], summary }),
      'coverage-report-contradictory',
    ],
    [
      'coverage.py, totals of something else',
      pyReport(
        { executed_lines: [1], missing_lines: [2], summary },
        { covered_lines: 2, num_statements: 2, missing_lines: 0 },
      ),
      'coverage-report-contradictory',
    ],
    [
      'coverage.py, negative line',
      pyReport({ executed_lines: [1], missing_lines: [-2], summary }),
      'coverage-report-malformed',
    ],
    ['LCOV, only a test name', 'TN:\n', 'coverage-report-without-lines'],
    ['LCOV, no lines', 'SF:a.py\nLF:0\nLH:0\nend_of_record\n', 'coverage-report-without-lines'],
    ['LCOV, cut off in a record', 'SF:a.py\nDA:1,1\n', 'coverage-report-truncated'],
    ['LCOV, a record within a record', 'SF:a.py\nDA:1,1\nSF:b.py\nend_of_record\n', 'coverage-report-truncated'],
    ['LCOV, cut off in a line', 'SF:a.py\nDA:1,1\nend_of_reco', 'coverage-report-malformed'],
    ['LCOV, negative hits', 'SF:a.py\nDA:1,-1\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, hits that are no number', 'SF:a.py\nDA:1,x\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, no hits', 'SF:a.py\nDA:1\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, line 0', 'SF:a.py\nDA:0,1\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, no file name', 'SF:\nDA:1,1\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, a line outside any file', 'TN:\nDA:1,1\n', 'coverage-report-malformed'],
    ['LCOV, an end without a beginning', 'TN:\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, something else in between', 'SF:a.py\nDA:1,1\nKilled\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, fewer lines than LF', 'SF:a.py\nDA:1,1\nLF:2\nend_of_record\n', 'coverage-report-contradictory'],
    ['LCOV, fewer hits than LH', 'SF:a.py\nDA:1,0\nLH:1\nend_of_record\n', 'coverage-report-contradictory'],
    ['LCOV, LF that is no count', 'SF:a.py\nDA:1,0\nLF:x\nend_of_record\n', 'coverage-report-malformed'],
  ])('%s is a usage error', async (_, content, code) => {
    const error = await readReport(await file(content)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, exitCode: 2, next: expect.stringMatching(/\w/) });
  });

  it.each([
    ['a missing file', 'missing.json', 'coverage-report-missing'],
    ['a folder', '.', 'coverage-report-unreadable'],
  ])('%s is a usage error', async (_, name, code) => {
    await expect(readReport(join(folder, name))).rejects.toMatchObject({ code, exitCode: 2 });
  });

  it('a report cut off anywhere never reads as a report', async () => {
    const whole = await readFile(recorded('coverage-py-7.6.0.json'), 'utf8');
    for (let length = 0; length < whole.trimEnd().length; length += 17) {
      await expect(readReport(await file(whole.slice(0, length)))).rejects.toThrow(UsageError);
    }
  });
});
