import { type CheckOutcome, type Finding, failedUnlessEmpty } from '../check.ts';
import type { Base } from './base.ts';
import { explainDecrease } from './explain-decrease.ts';
import { type AddonFigures, figuresByAddon, nameOf } from './figures.ts';
import { type Coverage, type Totals, totalsOf } from './model.ts';
import { describeTotals, holds, type Percent, reaches } from './percent.ts';
import type { SourceTree } from './source-tree.ts';
import type { Changes, FileChange } from './unified-diff.ts';

interface Compared {
  head: Coverage;
  base: Base;
  tree?: SourceTree | undefined;
  changes?: Changes | undefined;
  tolerance: Percent;
  /** What an addon that the base does not have is held to. */
  minOfNew: Percent;
}

/**
 * Line coverage of the whole, and of each addon, is at least that of the base less the tolerance. Covered code that was
 * removed is no decrease: what is left is then compared with what was left of the base. An addon that is new reaches a
 * minimum of its own.
 */
export function judgeDecrease(compared: Compared): CheckOutcome {
  const { head, base, tolerance } = compared;
  const after = totalsOf(head.values());
  const findings: Finding[] = [];
  let assertions = 1;
  const holdsNow = (now: Totals, before: Totals, left: Totals) =>
    holds(now, before, tolerance) || (left.total > 0 && holds(now, left, tolerance));

  const allLeft = base.coverage === undefined ? base.totals : totalsLeft(base.coverage, compared);
  const fell = !holdsNow(after, base.totals, allLeft);
  if (fell) {
    findings.push({
      message: `line coverage fell: ${describeTotals(base.totals)} before, ${describeTotals(after)} now`,
      fix: 'Add tests for the files below, or allow the decrease with `--tolerance`.',
    });
  }

  const lowered = new Set<string>();
  if (base.coverage !== undefined && compared.tree !== undefined) {
    const before = new Map(figuresByAddon(base.coverage, compared.tree).map((each) => [each.addon, each]));
    for (const now of figuresByAddon(head, compared.tree)) {
      if (now.addon === undefined || now.totals.total === 0) continue;
      const known = before.get(now.addon);
      assertions += 1;
      const finding =
        known === undefined || known.totals.total === 0
          ? judgeNewAddon(now, compared.minOfNew)
          : holdsNow(now.totals, known.totals, totalsLeft(coverageOf(known), compared))
            ? undefined
            : describeLoss(known, now);
      if (finding === undefined) continue;
      findings.push(finding);
      for (const { path } of [...now.files, ...(known?.files ?? [])]) lowered.add(path);
    }
  }

  if (findings.length > 0 && base.coverage !== undefined) {
    const concerned = (path: string) => fell || lowered.has(path);
    findings.push(...explainDecrease(base.coverage, head, compared.changes, concerned));
  }
  return failedUnlessEmpty(findings, assertions);
}

function judgeNewAddon(now: AddonFigures, min: Percent): Finding | undefined {
  if (reaches(now.totals, min)) return undefined;
  return {
    message: `${nameOf(now)} is new: line coverage is ${describeTotals(now.totals)}, below ${min.text} %`,
    location: now.addon?.folder || '.',
    fix: 'Add tests for the lines that none reaches.',
  };
}

function describeLoss(before: AddonFigures, now: AddonFigures): Finding {
  return {
    message: `${nameOf(now)}: line coverage fell: ${describeTotals(before.totals)} before, ${describeTotals(now.totals)} now`,
    location: now.addon?.folder || '.',
    fix: 'Add tests for its files below.',
  };
}

/** What the base would have without the covered code that is no more: whole files, and lines that nothing replaced. */
function totalsLeft(base: Coverage, { head, tree, changes }: Compared): Totals {
  const left = totalsOf(base.values());
  for (const [path, { lines }] of base) {
    if (isGone(path, tree, changes)) {
      left.covered -= lines.totals.covered;
      left.total -= lines.totals.total;
      continue;
    }
    const change = changes?.files.get(path);
    if (change === undefined) continue;
    const removed = change.removed.filter((line) => (lines.get(line) ?? 0) > 0).length;
    const credit = Math.max(0, removed - coveredAmong(change, head));
    left.covered -= credit;
    left.total -= credit;
  }
  return left;
}

/** Where a diff is there, a file counts as deleted only if the diff says so. */
function isGone(path: string, tree: SourceTree | undefined, changes: Changes | undefined): boolean {
  if (tree === undefined || tree.files.has(path)) return false;
  // The diff may be of the repository, the sources one of its folders.
  return changes === undefined || [...changes.gone].some((gone) => gone === path || gone.endsWith(`/${path}`));
}

function coveredAmong({ path, added }: FileChange, head: Coverage): number {
  const lines = head.get(path)?.lines;
  return [...added.keys()].filter((line) => (lines?.get(line) ?? 0) > 0).length;
}

function coverageOf({ files }: AddonFigures): Coverage {
  return new Map(files.map(({ path, coverage }) => [path, coverage]));
}
