import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../harness/check.ts';
import { type CoverageGate, gateCoverage } from '../../../harness/coverage-gate/gate.ts';
import { parseUnifiedDiff } from '../../../harness/coverage-gate/unified-diff.ts';
import { addon, type Checkout, makeCheckout, python, times } from './checkout.ts';

async function judge({ root }: Checkout, gate: Omit<CoverageGate, 'min' | 'sources'> & { min?: number }) {
  const { results } = await gateCoverage({ min: 0, sources: { root }, ...gate });
  return new Map(results.map((result) => [result.id, result]));
}

const locationsOf = (result: CheckResult | undefined) =>
  result?.status === 'failed' ? result.findings.map(({ location }) => location) : result?.status;

describe('coverage.sources', () => {
  const sources = async (checkout: Checkout, gate: Parameters<typeof judge>[1]) =>
    (await judge(checkout, gate)).get('coverage.sources');

  it('passes where the reports are of these files', async () => {
    const checkout = await makeCheckout({ ...addon('addons/a'), ...addon('addons/b') });
    const report = await checkout.lcov('r', { 'addons/a/models.py': [1, 1], '/mnt/addons/b/models.py': [1] });
    expect(await sources(checkout, { reports: [report] })).toMatchObject({ status: 'passed' });
  });

  it('refuses an addon without a line in the reports, by its name', async () => {
    const checkout = await makeCheckout({ ...addon('addons/a'), ...addon('addons/forgotten') });
    const report = await checkout.lcov('r', { 'addons/a/models.py': [1] });
    expect(await sources(checkout, { reports: [report] })).toMatchObject({
      status: 'failed',
      findings: [{ message: expect.stringContaining('addon forgotten'), location: 'addons/forgotten' }],
    });
  });

  it('refuses an addon whose files are in the report without a line', async () => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('b') });
    const report = await checkout.lcov('r', { 'a/models.py': [1], 'b/models.py': [] });
    expect(locationsOf(await sources(checkout, { reports: [report] }))).toEqual(['b']);
  });

  it.each([
    ['comments', '# a\n\n  # b\n'],
    ['a docstring', '"""Words.\n\nMore words.\n"""\n'],
    ['nothing', ''],
  ])('needs no line of an addon that has %s alone', async (_, content) => {
    const checkout = await makeCheckout({ ...addon('a'), 'data/__manifest__.py': '{}', 'data/__init__.py': content });
    const report = await checkout.lcov('r', { 'a/models.py': [1] });
    expect(await sources(checkout, { reports: [report] })).toMatchObject({ status: 'passed' });
  });

  it('needs no line of what is excluded', async () => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('vendor/b') });
    const report = await checkout.lcov('r', { 'a/models.py': [1] });
    expect(await sources(checkout, { reports: [report], exclude: ['vendor/*'] })).toMatchObject({ status: 'passed' });
  });

  it('refuses a file that is not there, and one line beyond the end', async () => {
    const checkout = await makeCheckout(addon('a', 2));
    const report = await checkout.lcov('r', { 'a/models.py': [1, 1, 1, 1], 'a/gone.py': [1] });
    expect(locationsOf(await sources(checkout, { reports: [report] }))).toEqual(['a/gone.py', 'a/models.py']);
  });

  it('takes the text after the last line end for a line, as some tools do', async () => {
    const checkout = await makeCheckout(addon('a', 2));
    const report = await checkout.lcov('r', { 'a/models.py': [1, 1, 1] });
    expect(await sources(checkout, { reports: [report] })).toMatchObject({ status: 'passed' });
  });

  it.each([
    ['x1 = 1', 'passed'],
    ['x1 = 2', 'failed'],
  ])('holds the text of a line to its checksum: %s %s', async (measured, status) => {
    const checkout = await makeCheckout(addon('a', 1));
    const report = await checkout.lcov('r', {});
    const checksum = createHash('md5').update(measured).digest('base64').replace(/=+$/, '');
    await writeFile(report, `SF:a/models.py\nDA:1,1,${checksum}\nend_of_record\n`);
    expect(await sources(checkout, { reports: [report] })).toMatchObject({ status });
  });

  it('refuses a path that two files fit, unless it is said which', async () => {
    const checkout = await makeCheckout({ ...addon('14/a'), ...addon('17/a') });
    const report = await checkout.lcov('r', { '/mnt/a/models.py': [1], '17/a/models.py': [1] });
    expect(locationsOf(await sources(checkout, { reports: [report] }))).toContain('/mnt/a/models.py');
    const pathMap = new Map([['/mnt/', '14/']]);
    expect(await sources(checkout, { reports: [report], pathMap })).toMatchObject({ status: 'passed' });
  });

  it('refuses two paths of one report that are one file', async () => {
    const checkout = await makeCheckout(addon('a'));
    const report = await checkout.lcov('r', { '/one/a/models.py': [1, 0], '/two/a/models.py': [0, 1] });
    expect(locationsOf(await sources(checkout, { reports: [report] }))).toEqual(['a/models.py']);
  });

  it('unites a file that two reports name by other paths', async () => {
    const checkout = await makeCheckout(addon('a', 2));
    const one = await checkout.lcov('1', { '/one/a/models.py': [1, 0] });
    const two = await checkout.lcov('2', { '/two/a/models.py': [0, 1] });
    const { totals } = await gateCoverage({ reports: [one, two], min: 100, sources: { root: checkout.root } });
    expect(totals).toEqual({ covered: 2, total: 2 });
  });

  it("finds a file by the folder that Cobertura's names are relative to", async () => {
    const checkout = await makeCheckout(addon('addons/a', 1));
    const report = await checkout.lcov('r', {});
    await writeFile(
      report,
      '<coverage><sources><source>/mnt/a</source></sources><class filename="models.py"><lines><line number="1" hits="1"/></lines></class></coverage>',
    );
    expect(await sources(checkout, { reports: [report] })).toMatchObject({ status: 'passed' });
  });

  it('is not produced where no file of the reports is here, and nobody said where they are', async () => {
    const checkout = await makeCheckout(addon('a'));
    const report = await checkout.lcov('r', { 'elsewhere/models.py': [1] });
    const { results } = await gateCoverage({
      reports: [report],
      min: 0,
      sources: { root: checkout.root, ifThere: true },
    });
    expect(results.map(({ id }) => id)).toEqual(['coverage.total']);
  });
});

describe('coverage.addons', () => {
  it('names each addon below the minimum', async () => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('b'), ...addon('c') });
    const report = await checkout.lcov('r', {
      'a/models.py': [1, 1, 1, 1],
      'b/models.py': [1, 0, 0, 0],
      'c/models.py': [1, 0, 0, 0],
    });
    const results = await judge(checkout, { reports: [report], minAddon: 50 });
    expect(locationsOf(results.get('coverage.addons'))).toEqual(['b', 'c']);
  });

  it('can not tell where no line lies in an addon', async () => {
    const checkout = await makeCheckout({ 'a.py': python(1) });
    const results = await judge(checkout, { reports: [await checkout.lcov('r', { 'a.py': [1] })], minAddon: 50 });
    expect(results.get('coverage.addons')).toMatchObject({ status: 'inconclusive' });
  });
});

describe('coverage.changed-lines', () => {
  const diffOf = (path: string, from: number, ...added: string[]) =>
    parseUnifiedDiff(
      [
        `--- a/${path}`,
        `+++ b/${path}`,
        `@@ -${from - 1},0 +${from},${added.length} @@`,
        ...added.map((line) => `+${line}`),
        '',
      ].join('\n'),
    );
  const changed = async (checkout: Checkout, gate: Parameters<typeof judge>[1]) =>
    (await judge(checkout, gate)).get('coverage.changed-lines');

  it.each([
    [50, 'passed'],
    [50.01, 'failed'],
  ])('two of four are run, at least %d %%: %s', async (minChanged, status) => {
    const checkout = await makeCheckout(addon('a', 6));
    const report = await checkout.lcov('r', { 'a/models.py': [0, 0, 1, 0, 1, 0] });
    const changes = diffOf('a/models.py', 3, 'x3 = 3', 'x4 = 4', 'x5 = 5', 'x6 = 6');
    expect(await changed(checkout, { reports: [report], changes, minChanged })).toMatchObject({ status });
  });

  it('names the lines that no test runs', async () => {
    const checkout = await makeCheckout(addon('a', 6));
    const report = await checkout.lcov('r', { 'a/models.py': [0, 0, 1, 0, 0, 0] });
    const changes = diffOf('a/models.py', 3, 'x3 = 3', 'x4 = 4', 'x5 = 5');
    expect(await changed(checkout, { reports: [report], changes })).toMatchObject({
      findings: [
        { message: 'coverage of the changed lines is 33.33 % (1 of 3 lines), below 80 %' },
        { location: 'a/models.py:4-5', count: 2 },
      ],
    });
  });

  it('does not apply where no changed line is a statement', async () => {
    const checkout = await makeCheckout({ ...addon('a'), 'README.md': 'new\n' });
    const report = await checkout.lcov('r', { 'a/models.py': [1] });
    const result = await changed(checkout, { reports: [report], changes: diffOf('README.md', 1, 'new') });
    expect(result).toMatchObject({ status: 'not-applicable' });
  });

  it.each([
    ['a/new.py', 'failed'],
    ['a/tests/test_new.py', 'not-applicable'],
    ['a/migrations/17.0.1/post.py', 'not-applicable'],
    ['a/views.xml', 'not-applicable'],
    ['a/static/src/new.js', 'failed'],
    ['a/static/src/new.test.js', 'not-applicable'],
    ['a/static/tests/new.js', 'not-applicable'],
    ['setup.py', 'not-applicable'],
  ])('%s, which no report has: %s', async (path, status) => {
    const checkout = await makeCheckout({ ...addon('a'), 'a/static/src/old.js': 'y = 1', [path]: 'x = 1\n' });
    const report = await checkout.lcov('r', { 'a/models.py': [1], 'a/static/src/old.js': [1] });
    expect(await changed(checkout, { reports: [report], changes: diffOf(path, 1, 'x = 1') })).toMatchObject({ status });
  });

  it('refuses a diff of other sources', async () => {
    const checkout = await makeCheckout(addon('a'));
    const report = await checkout.lcov('r', { 'a/models.py': [1] });
    const changes = diffOf('a/models.py', 1, 'something else');
    await expect(changed(checkout, { reports: [report], changes })).rejects.toMatchObject({ code: 'diff-stale' });
  });
});

describe('coverage.no-decrease', () => {
  const decrease = async (checkout: Checkout, gate: Parameters<typeof judge>[1]) =>
    (await judge(checkout, gate)).get('coverage.no-decrease');

  it('refuses one line less, and names it', async () => {
    const checkout = await makeCheckout(addon('a', 200));
    const base = await checkout.lcov('base', { 'a/models.py': times(200, 1) });
    const head = await checkout.lcov('head', { 'a/models.py': [...times(149, 1), 0, ...times(50, 1)] });
    expect(locationsOf(await decrease(checkout, { reports: [head], base }))).toEqual([
      undefined,
      'a',
      'a/models.py:150',
    ]);
  });

  it('names the line by the diff, where lines before it moved', async () => {
    const checkout = await makeCheckout({ ...addon('a', 0), 'a/models.py': `new = 0\n${python(4)}` });
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 1, 0, 0, 1] });
    const changes = parseUnifiedDiff('--- a/a/models.py\n+++ b/a/models.py\n@@ -0,0 +1 @@\n+new = 0\n');
    expect(locationsOf(await decrease(checkout, { reports: [head], base, changes }))).toContain('a/models.py:4');
  });

  it('is none to delete a covered file', async () => {
    const checkout = await makeCheckout(addon('a'));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0, 0, 0], 'a/gone.py': [1, 1, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 0, 0] });
    expect(await decrease(checkout, { reports: [head], base })).toMatchObject({ status: 'passed' });
  });

  it('is one to lose a line while a covered file is deleted', async () => {
    const checkout = await makeCheckout(addon('a'));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 1, 0, 0], 'a/gone.py': [1, 1, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 0, 0] });
    expect(await decrease(checkout, { reports: [head], base })).toMatchObject({ status: 'failed' });
  });

  it('is one if a file that is still there drops out of the report', async () => {
    const checkout = await makeCheckout({ ...addon('a'), 'a/dropped.py': python(4) });
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0, 0, 0], 'a/dropped.py': [1, 1, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 0, 0] });
    expect(await decrease(checkout, { reports: [head], base })).toMatchObject({ status: 'failed' });
  });

  it('is none where the diff is of the repository, and the sources are one of its folders', async () => {
    const checkout = await makeCheckout(addon('a'));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0], 'a/gone.py': [1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0] });
    const changes = parseUnifiedDiff(
      'diff --git a/addons/a/gone.py b/addons/a/gone.py\n--- a/addons/a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
    );
    expect(await decrease(checkout, { reports: [head], base, changes })).toMatchObject({ status: 'passed' });
  });

  it('is one if a file is not deleted but only named otherwise by the base: the diff does not know of it', async () => {
    const checkout = await makeCheckout(addon('a'));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0, 0, 0], '/else/where.py': [1, 1, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 0, 0] });
    const changes = parseUnifiedDiff(
      'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
    );
    expect(await decrease(checkout, { reports: [head], base, changes })).toMatchObject({ status: 'failed' });
  });

  it('is none to delete covered lines of a file', async () => {
    const checkout = await makeCheckout(addon('a', 4));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 1, 0, 0, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 1, 0, 0] });
    const changes = parseUnifiedDiff('--- a/a/models.py\n+++ b/a/models.py\n@@ -5,2 +4,0 @@\n-x5 = 5\n-x6 = 6\n');
    expect(await decrease(checkout, { reports: [head], base, changes })).toMatchObject({ status: 'passed' });
  });

  it('is one to replace covered lines by as many covered ones and some that are not', async () => {
    const lines = ['x1 = 1', 'x2 = 2', 'x3 = 3', 'x4 = 4', 'x5 = 5'];
    const checkout = await makeCheckout(addon('a', 5));
    const base = await checkout.lcov('base', { 'a/models.py': [1, 1, 1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 1, 1, 1, 0] });
    const changes = parseUnifiedDiff(
      `--- a/a/models.py\n+++ b/a/models.py\n@@ -1,4 +1,5 @@\n-a\n-b\n-c\n-d\n${lines.map((line) => `+${line}\n`).join('')}`,
    );
    expect(await decrease(checkout, { reports: [head], base, changes })).toMatchObject({ status: 'failed' });
  });

  it('is one of an addon, even where the whole rises', async () => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('b') });
    const base = await checkout.lcov('base', { 'a/models.py': [1, 1, 1, 1], 'b/models.py': [0, 0, 0, 0] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 1, 1, 0], 'b/models.py': [1, 1, 1, 1] });
    expect(locationsOf(await decrease(checkout, { reports: [head], base }))).toEqual(['a', 'a/models.py:4']);
  });

  it.each([
    [{ min: 25 }, 'passed'],
    [{ min: 26 }, 'failed'],
    [{ min: 99, minAddon: 25 }, 'passed'],
    [{ min: 0, minAddon: 26 }, 'failed'],
  ])('of a new addon is measured by a minimum of its own: %o %s', async (mins, status) => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('new') });
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0, 0, 0] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 0, 0], 'new/models.py': [1, 0, 0, 0] });
    expect(await decrease(checkout, { reports: [head], base, ...mins })).toMatchObject({ status });
  });

  it('can not be judged against a base of which not one file is here', async () => {
    const checkout = await makeCheckout(addon('a'));
    const base = await checkout.lcov('base', { 'other/models.py': [1] });
    const head = await checkout.lcov('head', { 'a/models.py': [0] });
    await expect(decrease(checkout, { reports: [head], base })).rejects.toMatchObject({
      code: 'coverage-base-foreign',
    });
  });

  it('leaves what is excluded out of the base too', async () => {
    const checkout = await makeCheckout({ ...addon('a'), ...addon('b') });
    const base = await checkout.lcov('base', { 'a/models.py': [1, 0], 'b/models.py': [1, 1] });
    const head = await checkout.lcov('head', { 'a/models.py': [1, 0], 'b/models.py': [0, 0] });
    expect(await decrease(checkout, { reports: [head], base, exclude: ['b/*'] })).toMatchObject({ status: 'passed' });
  });

  it('fails where a base has to be and is none', async () => {
    const checkout = await makeCheckout(addon('a'));
    const head = await checkout.lcov('head', { 'a/models.py': [1] });
    expect(await decrease(checkout, { reports: [head], missingBase: 'nobody saved one' })).toMatchObject({
      status: 'failed',
    });
  });
});

it('leaving out everything is a usage error, not a pass', async () => {
  const checkout = await makeCheckout(addon('a'));
  const head = await checkout.lcov('head', { 'a/models.py': [1] });
  await expect(judge(checkout, { reports: [head], exclude: ['*'] })).rejects.toMatchObject({
    code: 'coverage-report-without-lines',
  });
});
