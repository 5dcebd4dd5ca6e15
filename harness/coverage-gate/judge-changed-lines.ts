import { dirname, extname } from 'node:path/posix';
import { type CheckOutcome, type Finding, failedUnlessEmpty, notApplicable } from '../check.ts';
import { hasPythonCode, isMeasurable } from './judge-sources.ts';
import { formatRanges } from './line-ranges.ts';
import type { Coverage, Totals } from './model.ts';
import { describeTotals, type Percent, reaches } from './percent.ts';
import { isSource, type SourceTree } from './source-tree.ts';
import type { Changes } from './unified-diff.ts';

/** What a change added, by whether a test reaches it. */
export interface ChangedLines {
  totals: Totals;
  /** File → its changed lines that run in no test. */
  untested: ReadonlyMap<string, readonly number[]>;
  /** Changed files with code that are in no report: nobody knows which of their lines run. */
  unmeasured: readonly string[];
}

export function changedLines(
  changes: Changes,
  head: Coverage,
  tree: SourceTree,
  isExcluded: (path: string) => boolean,
): ChangedLines {
  const totals = { covered: 0, total: 0 };
  const untested = new Map<string, number[]>();
  const unmeasured: string[] = [];
  for (const [path, { added }] of changes.files) {
    if (isExcluded(path) || added.size === 0) continue;
    const file = head.get(path);
    if (file === undefined) {
      if (isLeftOut(path, [...added.values()].join('\n'), head, tree)) unmeasured.push(path);
      continue;
    }
    for (const line of added.keys()) {
      const hits = file.lines.get(line);
      if (hits === undefined) continue;
      totals.total += 1;
      if (hits > 0) totals.covered += 1;
      else untested.set(path, [...(untested.get(path) ?? []), line]);
    }
  }
  return { totals, untested, unmeasured };
}

/** Python of an addon, or JavaScript in a folder of which the reports know other files, with code and no test itself. */
function isLeftOut(path: string, text: string, head: Coverage, tree: SourceTree): boolean {
  if (path.endsWith('.py')) {
    const inAddon = tree.addons.length === 0 || tree.addonOf(path) !== undefined;
    return inAddon && isMeasurable(path) && hasPythonCode(text);
  }
  if (!isSource(path) || /\.(?:spec|test|d)\.\w+$/.test(path)) return false;
  const [folder, extension] = [dirname(path), extname(path)];
  const isNeighbour = (each: string) => dirname(each) === folder && extname(each) === extension;
  return /^\s*(?!\/\/|\/\*|\*)\S/m.test(text) && [...head.keys()].some(isNeighbour);
}

export function judgeChangedLines({ totals, untested, unmeasured }: ChangedLines, min: Percent): CheckOutcome {
  if (totals.total === 0 && unmeasured.length === 0) return notApplicable('no changed line is executable');
  const findings: Finding[] = unmeasured.map((path) => ({
    message: 'it was changed, but no report has it',
    location: path,
    fix: 'Measure it too (`coverage run --source`), or leave it out by --exclude.',
  }));
  if (totals.total > 0 && !reaches(totals, min)) {
    findings.push(
      {
        message: `coverage of the changed lines is ${describeTotals(totals)}, below ${min.text} %`,
        fix: 'Add tests that run the lines below.',
      },
      ...[...untested].map(([path, lines]) => ({
        message: 'changed, and run by no test',
        location: `${path}:${formatRanges(lines)}`,
        count: lines.length,
      })),
    );
  }
  return failedUnlessEmpty(findings, totals.total + unmeasured.length);
}
