import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderAnnotations } from '../../../harness/coverage-gate/annotations.ts';
import { renderBadge } from '../../../harness/coverage-gate/badge.ts';
import { parseBaseline, renderBaseline } from '../../../harness/coverage-gate/base.ts';
import { markerOf, renderComment } from '../../../harness/coverage-gate/comment.ts';
import { explainRefusal } from '../../../harness/coverage-gate/explain-refusal.ts';
import { gateCoverage } from '../../../harness/coverage-gate/gate.ts';
import { writeCoveragePages } from '../../../harness/coverage-gate/html.ts';
import { formatRanges, parseRanges } from '../../../harness/coverage-gate/line-ranges.ts';
import { parseUnifiedDiff } from '../../../harness/coverage-gate/unified-diff.ts';
import { addon, makeCheckout } from './checkout.ts';

/** Addon a lost line 2, which was changed; addon b is as it was. */
async function refused() {
  const checkout = await makeCheckout({ ...addon('a', 4), ...addon('b', 1) });
  const base = await checkout.lcov('base', { 'a/models.py': [1, 1, 1, 1], 'b/models.py': [1] });
  const head = await checkout.lcov('head', { 'a/models.py': [1, 0, 1, 1], 'b/models.py': [1] });
  const changes = parseUnifiedDiff('--- a/a/models.py\n+++ b/a/models.py\n@@ -2 +2 @@\n-old\n+x2 = 2\n');
  const judged = await gateCoverage({ reports: [head], base, min: 0, sources: { root: checkout.root }, changes });
  return { checkout, judged };
}

it('a refusal is explained in one paragraph: which addon lost what, which changed lines are untested', async () => {
  const { judged } = await refused();
  expect(explainRefusal(judged.results)).toBe(
    'Refused: coverage of the changed lines is 0.00 % (0 of 1 lines), below 80 %; changed, and run by no test (a/models.py:2). ' +
      'line coverage fell: 100.00 % (5 of 5 lines) before, 80.00 % (4 of 5 lines) now; a: line coverage fell: 100.00 % (4 of 4 lines) before, 75.00 % (3 of 4 lines) now (a); ' +
      'lost covered lines: 4 of 4 lines before, 3 of 4 now (a/models.py:2).',
  );
});

describe('the comment', () => {
  it('has a row for each addon, with what it had before, and the untested lines', async () => {
    const { judged } = await refused();
    const text = renderComment(judged, 'refuse', 'main');
    expect(text.startsWith(`${markerOf('main')}\n### ✘ Coverage: 80.00 % (4 of 5 lines), before 100.00 %\n`)).toBe(
      true,
    );
    expect(text).toContain('| `a` | 75.00 % | 3 of 4 | 100.00 % | – |');
    expect(text).toContain('| `b` | 100.00 % | 1 of 1 | 100.00 % | – |');
    expect(text).toContain('- `a/models.py`: 2\n');
  });

  it('takes no name for Markdown, HTML or a mention', async () => {
    const name = '<img src=x>@everyone|[x](y)';
    const checkout = await makeCheckout(addon(name, 1));
    const head = await checkout.lcov('head', { [`${name}/models.py`]: [0] });
    const judged = await gateCoverage({ reports: [head], min: 80, minAddon: 80, sources: { root: checkout.root } });
    const text = renderComment(judged, 'refuse', 'main').replaceAll(/`[^`\n]*`/g, '');
    expect(text.replace(markerOf('main'), '')).not.toMatch(/<img|@everyone|\[x\]/);
    expect(text).not.toMatch(/^\| [^|]*\|.*\|.*\|.*\|.*\|.+\|$/m);
  });

  it('stays below what GitHub takes', async () => {
    const addons = Object.assign(
      {},
      ...Array.from({ length: 300 }, (_, index) => addon(`${'long'.repeat(40)}${index}`, 1)),
    );
    const checkout = await makeCheckout(addons);
    const measured = Object.fromEntries(
      Object.keys(addons)
        .filter((path) => path.endsWith('models.py'))
        .map((path) => [path, [0]]),
    );
    const head = await checkout.lcov('head', measured);
    const judged = await gateCoverage({ reports: [head], min: 80, sources: { root: checkout.root } });
    expect(renderComment(judged, 'refuse', 'main').length).toBeLessThan(65_536);
  });
});

describe('annotations', () => {
  const changed = {
    totals: { covered: 0, total: 4 },
    untested: new Map([['a/b,c:d%.py', [2, 3, 9]]]),
    unmeasured: ['a/new.py'],
  };

  it('mark runs of lines, as errors if that is why it is refused', () => {
    expect(renderAnnotations(changed, true, 'sub/')).toEqual([
      '::error file=sub/a/b%2Cc%3Ad%25.py,line=2,endLine=3,title=Coverage::No test runs these lines.',
      '::error file=sub/a/b%2Cc%3Ad%25.py,line=9,endLine=9,title=Coverage::No test runs this line.',
      '::error file=sub/a/new.py,line=1,title=Coverage::It was changed, but no coverage report has it.',
    ]);
  });

  it('are warnings if it passes', () => {
    expect(renderAnnotations(changed, false)[0]).toMatch(/^::warning file=a/);
  });
});

it.each([
  [{ covered: 15_999, total: 20_000 }, '79.99 %'],
  [{ covered: 999_999, total: 1_000_000 }, '99.99 %'],
  [{ covered: 0, total: 3 }, '0.00 %'],
])('the badge of %o says %s', (totals, says) => {
  expect(renderBadge(totals)).toContain(`>${says}<`);
});

it('pages show each line as covered, missed and changed, and no source as markup', async () => {
  const { checkout, judged } = await refused();
  await checkout.write({ 'a/models.py': 'x1 = "<script>alert(1)</script>"\nx2 = 2\nx3 = 3\nx4 = 4\n' });
  const index = await writeCoveragePages(judged, checkout.root);
  const overview = await readFile(join(checkout.root, index), 'utf8');
  const [, page = ''] = /href="(file-\d+\.html)">a\/models\.py/.exec(overview) ?? [];
  const lines = await readFile(join(checkout.root, index, '..', page), 'utf8');
  expect(lines).toContain('<span id="L1" class="hit" title="covered"><b>1</b>x1 = &#34;&#60;script&#62;');
  expect(lines).toContain('<span id="L2" class="miss changed" title="missed, changed"><b>2</b>x2 = 2</span>');
  expect(lines).not.toContain('<script>');
});

describe('a baseline', () => {
  const COMMIT = 'c'.repeat(40);

  it('is read back as it was', async () => {
    const { judged } = await refused();
    const { coverage, totals } = parseBaseline(JSON.parse(renderBaseline(COMMIT, judged.coverage)), 'x', COMMIT);
    expect(totals).toEqual({ covered: 4, total: 5 });
    expect([...(coverage?.get('a/models.py')?.lines ?? [])]).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 1],
    ]);
  });

  const total = { covered: 1, total: 2 };
  const schema = 'odoo-gate/coverage-baseline@1';
  it.each([
    ['no object', undefined],
    ['another schema', { schema: 'x', total }],
    ['no total', { schema }],
    ['an empty total', { schema, total: { covered: 0, total: 0 } }],
    ['more covered than there is', { schema, total: { covered: 3, total: 2 } }],
    ['files that do not add up', { schema, commit: COMMIT, total, files: { 'a.py': { covered: '1-2', missed: '' } } }],
    [
      'a line both covered and missed',
      { schema, commit: COMMIT, total, files: { 'a.py': { covered: '1', missed: '1' } } },
    ],
    ['lines out of order', { schema, commit: COMMIT, total, files: { 'a.py': { covered: '2,1', missed: '' } } }],
    [
      'lines without end',
      { schema, commit: COMMIT, total, files: { 'a.py': { covered: '1-99999999999', missed: '' } } },
    ],
    ['another commit', { schema, commit: 'd'.repeat(40), total }],
    ['an unknown key', { schema, commit: COMMIT, total, more: 1 }],
  ])('with %s is a usage error', (_, value) => {
    expect(() => parseBaseline(value, 'x', COMMIT)).toThrow(
      expect.objectContaining({ code: 'coverage-baseline-malformed', exitCode: 2 }),
    );
  });

  it('may be its sum alone', () => {
    expect(parseBaseline({ schema, total }, 'x')).toEqual({ origin: 'x', totals: total });
  });
});

it.each([['3'], ['1-2'], ['1-2,5,9-12'], ['']])('lines %s are read as they are written', (text) => {
  expect(formatRanges(parseRanges(text, 100) ?? [])).toBe(text);
});
