import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  branchTotalsOf,
  type Coverage,
  mergeCoverage,
  totalsOf as totalsOfFiles,
} from '../../../harness/coverage-gate/model.ts';
import { readReport } from '../../../harness/coverage-gate/read-report.ts';
import { UsageError } from '../../../harness/errors.ts';

const recorded = (name: string) => join(import.meta.dirname, '../../../fixtures/coverage/recorded', name);

const totalsOf = (coverage: Coverage) => totalsOfFiles(coverage.values());
const linesOf = (coverage: Coverage, path: string) => new Map(coverage.get(path)?.lines);

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
  it.each([
    'coverage-py-6.5.0.json',
    'coverage-py-6.5.0.xml',
    'coverage-py-7.6.0.json',
    'coverage-py-7.6.0-branch.json',
    'coverage-py-7.16.2-branch.json',
    'coverage-py-7.16.2-branch.xml',
    'coverage-py-7.16.2-branch.lcov',
  ])('%s: 12 of 20 statements, as `coverage report` says', async (name) => {
    expect(totalsOf(await readReport(recorded(name)))).toEqual({ covered: 12, total: 20 });
  });

  it('counts neither docstrings nor excluded lines nor line 0 of coverage.py as covered', async () => {
    const coverage = await readReport(recorded('coverage-py-7.6.0.json'));
    const lines = linesOf(coverage, 'pricing/discount.py');
    expect([1, 5, 37, 38].filter((line) => lines.has(line))).toEqual([]);
    expect(linesOf(coverage, 'pricing/__init__.py').size).toBe(0);
  });

  it('keeps files that no test imported', async () => {
    const coverage = await readReport(recorded('coverage-py-7.6.0.json'));
    expect(linesOf(coverage, 'pricing/never_imported.py')).toEqual(
      new Map([
        [1, 0],
        [2, 0],
      ]),
    );
  });

  it.each(['c8-12.0.0.lcov', 'c8-12.0.0.json', 'c8-12.0.0.xml'])('%s: 6 of 12 lines', async (name) => {
    expect(totalsOf(await readReport(recorded(name)))).toEqual({ covered: 6, total: 12 });
  });

  it.each(['coverage-py-7.16.2-branch.json', 'coverage-py-7.16.2-branch.xml', 'coverage-py-7.16.2-branch.lcov'])(
    '%s: 3 of 6 branches',
    async (name) => {
      expect(branchTotalsOf((await readReport(recorded(name))).values())).toEqual({ covered: 3, total: 6 });
    },
  );

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
    expect(linesOf(coverage, 'a.py')).toEqual(
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
    expect(linesOf(coverage, 'a.py')).toEqual(new Map([[1, 1]]));
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
  const cobertura = (lines: string, valid = 1, covered = 1) =>
    `<coverage lines-valid="${valid}" lines-covered="${covered}"><class filename="a.py"><lines>${lines}</lines></class></coverage>`;
  const istanbul = (change: object) =>
    JSON.stringify({ '/a.js': { path: '/a.js', statementMap: { 0: { start: { line: 1 } } }, s: { 0: 1 }, ...change } });
  const pyReport = (fileReport: object, totals: object = summary) =>
    JSON.stringify({ ...py, files: { 'a.py': fileReport }, totals });

  it.each<[string, string | Buffer, string]>([
    ['empty', '', 'coverage-report-empty'],
    ['only white space', ' \n\r\n', 'coverage-report-empty'],
    ['only a byte order mark', '\uFEFF', 'coverage-report-empty'],
    ['HTML', '<!doctype html><title>Coverage</title>', 'coverage-report-foreign'],
    ['XML of another kind', '<?xml version="1.0" ?><testsuites/>', 'coverage-report-foreign'],
    ['Cobertura without a line', '<?xml version="1.0" ?><coverage lines-valid="0"/>', 'coverage-report-without-lines'],
    [
      'Cobertura, fewer lines than its root says',
      cobertura('<line number="1" hits="1"/>', 2, 1),
      'coverage-report-contradictory',
    ],
    [
      'Cobertura, fewer hits than its root says',
      cobertura('<line number="1" hits="0"/>', 1, 1),
      'coverage-report-contradictory',
    ],
    ['Cobertura, line 0', cobertura('<line number="0" hits="1"/>'), 'coverage-report-malformed'],
    ['Cobertura, negative hits', cobertura('<line number="1" hits="-1"/>'), 'coverage-report-malformed'],
    ['Cobertura, no hits', cobertura('<line number="1"/>'), 'coverage-report-malformed'],
    [
      'Cobertura, more branches taken than there are',
      cobertura('<line number="1" hits="1" condition-coverage="200% (4/2)"/>'),
      'coverage-report-malformed',
    ],
    [
      'Cobertura, a line outside any class',
      '<coverage><line number="1" hits="1"/></coverage>',
      'coverage-report-malformed',
    ],
    ['Cobertura, no file name', '<coverage><class name="a"/></coverage>', 'coverage-report-malformed'],
    [
      'Cobertura, lines in methods alone',
      '<coverage><class filename="a.py"><methods><method><lines><line number="1" hits="1"/></lines></method></methods><lines/></class></coverage>',
      'coverage-report-malformed',
    ],
    [
      'Cobertura, cut off in an element',
      cobertura('<line number="1" hits="1"/>').slice(0, -20),
      'coverage-report-truncated',
    ],
    ['Cobertura, cut off in a tag', cobertura('').slice(0, 60), 'coverage-report-truncated'],
    [
      'Cobertura, elements that overlap',
      '<coverage><class filename="a.py"></coverage></class>',
      'coverage-report-malformed',
    ],
    [
      'Cobertura, an entity of its own',
      `<!DOCTYPE coverage [<!ENTITY a "1">]>${cobertura('<line number="&a;" hits="1"/>')}`,
      'coverage-report-malformed',
    ],
    [
      'Cobertura, an entity that nobody declares',
      cobertura('<line number="&a;" hits="1"/>'),
      'coverage-report-malformed',
    ],
    ['raw coverage.py data', Buffer.from('SQLite format 3\0\u0010\0'), 'coverage-report-foreign'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'coverage-report-foreign'],
    ['prose', 'no coverage today', 'coverage-report-foreign'],
    ['JSON that is a list', '[]', 'coverage-report-foreign'],
    ["istanbul's JSON", '{"/a.js":{"statementMap":{}}}', 'coverage-report-malformed'],
    ["istanbul's summary", '{"total":{"lines":{"total":1,"covered":1}}}', 'coverage-report-foreign'],
    ["V8's raw coverage", '{"result":[]}', 'coverage-report-foreign'],
    ['JSON of something else', '{"a":{"b":1}}', 'coverage-report-foreign'],
    ['istanbul, no file', '{}', 'coverage-report-without-lines'],
    ['istanbul, a statement that is not counted', istanbul({ s: { 1: 1 } }), 'coverage-report-contradictory'],
    ['istanbul, more counters than statements', istanbul({ s: { 0: 1, 1: 1 } }), 'coverage-report-contradictory'],
    ['istanbul, negative hits', istanbul({ s: { 0: -1 } }), 'coverage-report-malformed'],
    ['istanbul, line 0', istanbul({ statementMap: { 0: { start: { line: 0 } } } }), 'coverage-report-malformed'],
    [
      'istanbul, a line that no file has',
      istanbul({ statementMap: { 0: { start: { line: 1e9 } } } }),
      'coverage-report-malformed',
    ],
    ['LCOV, a line that no file has', 'SF:a.py\nDA:4000000000,1\nend_of_record\n', 'coverage-report-malformed'],
    ['LCOV, a line without an end', `SF:a.py\n${'x'.repeat(2 ** 21)}`, 'coverage-report-malformed'],
    ['LCOV, a branch outside any file', 'TN:\nBRDA:1,0,0,1\n', 'coverage-report-malformed'],
    ['LCOV, a branch without hits', 'SF:a.py\nBRDA:1,0,0\nend_of_record\n', 'coverage-report-malformed'],
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

  it.each(['coverage-py-7.6.0.json', 'coverage-py-7.16.2-branch.xml', 'c8-12.0.0.json', 'c8-12.0.0.xml'])(
    '%s cut off anywhere never reads as a report',
    async (name) => {
      const whole = (await readFile(recorded(name), 'utf8')).trimEnd();
      for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 60)) {
        await expect(readReport(await file(whole.slice(0, length)))).rejects.toThrow(UsageError);
      }
    },
  );
});

describe('Cobertura', () => {
  it('counts a line that stands in a method and beside it once, and a file in two classes as one', async () => {
    const coverage = await readReport(
      await file(
        `<coverage><class filename="a.py"><methods><method><lines><line number="1" hits="1"/></lines></method></methods>
         <lines><line number="1" hits="1"/></lines></class><class filename="a.py"><lines><line number="2" hits="0"/></lines></class></coverage>`,
      ),
    );
    expect(linesOf(coverage, 'a.py')).toEqual(
      new Map([
        [1, 1],
        [2, 0],
      ]),
    );
  });

  it('loads no document type', async () => {
    const coverage = await readReport(
      await file(
        '<!DOCTYPE coverage SYSTEM "http://localhost:1/coverage-04.dtd"><coverage><class filename="a.py"><lines><line number="1" hits="1"/></lines></class></coverage>',
      ),
    );
    expect(totalsOf(coverage)).toEqual({ covered: 1, total: 1 });
  });
});

describe('branches', () => {
  it('are taken if one report saw them taken', async () => {
    const shard = (taken: string[]) =>
      lcov('SF:a.py', 'DA:1,1', ...taken.map((hits, index) => `BRDA:1,0,${index},${hits}`), 'end_of_record');
    const merged = mergeCoverage([await shard(['1', '0', '-']), await shard(['0', '2', '-'])]);
    expect(branchTotalsOf(merged.values())).toEqual({ covered: 2, total: 3 });
  });

  it('of coverage.py are the same whether taken or not', async () => {
    const shard = async (taken: number, missing: number) => {
      const sums = { covered_lines: 1, num_statements: 1, missing_lines: 0 };
      const lines = { executed_lines: [1], missing_lines: [], summary: sums };
      const branches = { executed_branches: [[1, taken]], missing_branches: [[1, missing]] };
      const report = { meta: { version: '7' }, files: { 'a.py': { ...lines, ...branches } }, totals: sums };
      return readReport(await file(JSON.stringify(report)));
    };
    const merged = mergeCoverage([await shard(3, -1), await shard(-1, 3)]);
    expect(branchTotalsOf(merged.values())).toEqual({ covered: 2, total: 2 });
  });
});
