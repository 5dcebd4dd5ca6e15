import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gateCoverage } from '../../../harness/coverage-gate/gate.ts';
import { judge } from '../../../harness/verdict.ts';

const recorded = (name: string) => join(import.meta.dirname, '../../../fixtures/coverage/recorded', name);
const python = recorded('coverage-py-7.6.0.json');
const javascript = recorded('c8-12.0.0.lcov');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coverage-gate-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** An LCOV report: for each file, how often its lines 1, 2, 3… ran. */
async function lcov(name: string, files: Record<string, number[]>): Promise<string> {
  const path = join(folder, name);
  const records = Object.entries(files).map(([file, hits]) =>
    [`SF:${file}`, ...hits.map((count, index) => `DA:${index + 1},${count}`), 'end_of_record', ''].join('\n'),
  );
  await writeFile(path, records.join(''));
  return path;
}

const times = (count: number, hits: number) => Array.from({ length: count }, () => hits);

async function outcomes(gate: Parameters<typeof gateCoverage>[0]) {
  const { results } = await gateCoverage(gate);
  return Object.fromEntries(results.map(({ id, status }) => [id, status]));
}

describe('coverage.total', () => {
  it('passes at exactly the minimum', async () => {
    expect(await outcomes({ reports: [python], min: 60 })).toEqual({ 'coverage.total': 'passed' });
  });

  it('fails just below the minimum', async () => {
    expect(await outcomes({ reports: [python], min: 60.01 })).toEqual({ 'coverage.total': 'failed' });
  });

  it('fails 79.995 % against 80 %, and shows 79.99', async () => {
    const report = await lcov('head', { 'a.py': [...times(15_999, 1), ...times(4_001, 0)] });
    const {
      results: [result],
    } = await gateCoverage({ reports: [report], min: 80 });
    expect(result).toMatchObject({ status: 'failed', findings: [{ message: expect.stringContaining('79.99 %') }] });
  });

  it('measures Python and JavaScript reports together', async () => {
    const {
      results: [result],
    } = await gateCoverage({ reports: [python, javascript], min: 56 });
    expect(result).toMatchObject({ status: 'passed', title: expect.stringContaining('56.25 % (18 of 32 lines)') });
  });

  it('unites the lines of shards instead of averaging their percentages', async () => {
    const first = await lcov('first', { 'a.py': [1, 1, 0, 0], 'b.py': [0] });
    const second = await lcov('second', { 'a.py': [0, 1, 1, 0] });
    const {
      results: [result],
    } = await gateCoverage({ reports: [first, second], min: 60 });
    expect(result).toMatchObject({ status: 'passed', title: expect.stringContaining('(3 of 5 lines)') });
  });

  it('counts a report given twice once', async () => {
    const {
      results: [result],
    } = await gateCoverage({ reports: [python, python], min: 60 });
    expect(result?.title).toContain('(12 of 20 lines)');
  });
});

describe('coverage.no-decrease', () => {
  it('is not produced without a base, so that a policy which requires it can not pass', async () => {
    const { results } = await gateCoverage({ reports: [python], min: 0 });
    expect(results.map(({ id }) => id)).toEqual(['coverage.total']);
    expect(judge(results, ['coverage.total', 'coverage.no-decrease']).verdict).toBe('inconclusive');
  });

  it('passes when the share is the same', async () => {
    const base = await lcov('base', { 'a.py': [1, 0] });
    const head = await lcov('head', { 'a.py': [1, 1, 0, 0] });
    expect(await outcomes({ reports: [head], base, min: 0 })).toMatchObject({ 'coverage.no-decrease': 'passed' });
  });

  it('fails on a decrease that the shown decimals hide', async () => {
    const base = await lcov('base', { 'a.py': [...times(80_000, 1), ...times(20_000, 0)] });
    const head = await lcov('head', { 'a.py': [...times(80_000, 1), ...times(20_001, 0)] });
    expect(await outcomes({ reports: [head], base, min: 0 })).toMatchObject({ 'coverage.no-decrease': 'failed' });
  });

  it.each([
    [1, 'passed'],
    [0.99, 'failed'],
  ])('a decrease by one point with a tolerance of %d is %s', async (tolerance, expected) => {
    const base = await lcov('base', { 'a.py': [...times(80, 1), ...times(20, 0)] });
    const head = await lcov('head', { 'a.py': [...times(79, 1), ...times(21, 0)] });
    expect(await outcomes({ reports: [head], base, min: 0, tolerance })).toMatchObject({
      'coverage.no-decrease': expected,
    });
  });

  it('names the files that pull coverage down, the worst first', async () => {
    const base = await lcov('base', {
      'same.py': [1, 0],
      'lost.py': [1, 1, 1, 1],
      'grown.py': [1],
      'gone.py': [1, 1, 1],
    });
    const head = await lcov('head', {
      'same.py': [1, 0],
      'lost.py': [1, 0, 0, 0],
      'grown.py': [1, 0],
      'new.py': [1, 0, 0, 0, 0, 0],
    });
    const {
      results: [, result],
    } = await gateCoverage({ reports: [head], base, min: 0 });
    expect(result).toMatchObject({
      status: 'failed',
      findings: [
        { message: expect.stringContaining('90.00 % (9 of 10 lines) before, 28.57 % (4 of 14 lines) now') },
        { location: 'new.py:2-6', count: 5, message: 'new file: 1 of 6 lines covered' },
        { location: 'gone.py', count: 3, message: 'no longer in the report, where it had 3 covered lines' },
        { location: 'lost.py:2-4', count: 3, message: 'lost covered lines: 4 of 4 lines before, 1 of 4 now' },
        {
          location: 'grown.py:2',
          count: 1,
          message: 'gained lines that are not covered: 1 of 1 lines before, 1 of 2 now',
        },
      ],
    });
  });

  it('counts the files beyond twenty instead of listing them', async () => {
    const files = (hits: number) => Object.fromEntries(times(25, 0).map((_, index) => [`f${index}.py`, [hits]]));
    const base = await lcov('base', files(1));
    const head = await lcov('head', files(0));
    const {
      results: [, result],
    } = await gateCoverage({ reports: [head], base, min: 0 });
    expect(result).toMatchObject({ findings: { length: 22, 21: { message: 'more files lost coverage', count: 5 } } });
  });
});

describe('bad input', () => {
  it.each([
    ['no report', { reports: [], min: 80 }, 'coverage-report-missing'],
    [
      'a base that does not exist',
      { reports: [python], base: '/nowhere/base.json', min: 80 },
      'coverage-report-missing',
    ],
    ['a base that is the report itself', { reports: [python], base: python, min: 80 }, 'coverage-base-is-report'],
    [
      'a second report that does not exist',
      { reports: [python, '/nowhere/b.json'], min: 0 },
      'coverage-report-missing',
    ],
    ['a minimum over 100', { reports: [python], min: 800 }, 'coverage-percentage-invalid'],
    ['a negative tolerance', { reports: [python], min: 80, tolerance: -1 }, 'coverage-percentage-invalid'],
  ])('%s is a usage error', async (_, gate, code) => {
    await expect(gateCoverage(gate)).rejects.toMatchObject({ code, exitCode: 2 });
  });
});
