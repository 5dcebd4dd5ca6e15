import { realpath } from 'node:fs/promises';
import { type CheckOutcome, type CheckResult, type Finding, failedUnlessEmpty, type Severity } from '../check.ts';
import { UsageError } from '../errors.ts';
import { plural } from '../report/plain-text.ts';
import { resultOf } from '../run.ts';
import { type Base, readBase } from './base.ts';
import { excluder } from './exclude.ts';
import { type AddonFigures, figuresByAddon } from './figures.ts';
import { type ChangedLines, changedLines, judgeChangedLines } from './judge-changed-lines.ts';
import { judgeDecrease } from './judge-decrease.ts';
import { judgeSources } from './judge-sources.ts';
import { judgeAddons, judgeTotal } from './judge-total.ts';
import { type Mapped, mapToSources } from './map-to-sources.ts';
import { type Coverage, mergeCoverage, type Totals, totalsOf } from './model.ts';
import { describeTotals, parsePercent } from './percent.ts';
import { checkDiff, placeChanges } from './place-changes.ts';
import { readReport } from './read-report.ts';
import { CoverageReportError } from './report-error.ts';
import { SourceTree } from './source-tree.ts';
import type { Changes } from './unified-diff.ts';

export interface CoverageGate {
  /** Told apart by content and merged by union of lines. */
  reports: readonly string[];
  /** The coverage of the commit to compare with, or the file that holds it. */
  base?: string | Base;
  /** Why there is none, where one has to be: `coverage.no-decrease` then fails. */
  missingBase?: string;
  /** The least line coverage, in percent. */
  min: number;
  /** How many percentage points below the base are allowed; 0 unless told. */
  tolerance?: number;
  /** The least line coverage of each addon, in percent. */
  minAddon?: number;
  /** The least share of changed lines that a test runs, in percent; 80 unless told. */
  minChanged?: number;
  /**
   * The folder of the sources; without it files are not looked for, and nothing is said of addons. `ifThere`: neither,
   * if it has no file of the reports.
   */
  sources?: { root: string; ifThere?: boolean };
  /** From which folder of a report to which one of the sources. */
  pathMap?: ReadonlyMap<string, string>;
  /** Patterns of paths that do not count. */
  exclude?: readonly string[];
  /** What was changed; needs the sources. */
  changes?: Changes;
}

/** What was judged, for reports, comments and badges. */
export interface JudgedCoverage {
  results: CheckResult[];
  totals: Totals;
  addons: readonly AddonFigures[];
  coverage: Coverage;
  base?: Base;
  changed?: ChangedLines;
  changes?: Changes;
  tree?: SourceTree;
}

/**
 * `coverage.total`: line coverage ≥ min. `coverage.sources`, with the sources: the reports are of these files, and of every
 * addon. `coverage.addons`, with a minimum for them: each reaches it. `coverage.no-decrease`, with a base: coverage ≥ base −
 * tolerance, in whole and by addon. `coverage.changed-lines`, with changes: of the changed lines enough are run.
 *
 * What is not asked for is not produced at all: a policy that requires it then judges the run inconclusive, never passed.
 * All compare exact integers, of lines; branches are shown, but not judged.
 *
 * @throws UsageError if a report or the base is missing or can't be trusted, or a percentage is none
 */
export async function gateCoverage(gate: CoverageGate): Promise<JudgedCoverage> {
  const min = parsePercent(gate.min, '--min');
  const tolerance = parsePercent(gate.tolerance ?? 0, '--tolerance');
  const minAddon = gate.minAddon === undefined ? undefined : parsePercent(gate.minAddon, '--min-addon');
  const minChanged = parsePercent(gate.minChanged ?? 80, '--min-changed');
  if (gate.reports.length === 0) {
    throw new UsageError('coverage-report-missing', 'no coverage report was given', {
      next: 'Name at least one report, such as the output of `coverage json`, or an LCOV file.',
    });
  }
  if (typeof gate.base === 'string') await refuseReportAsItsOwnBase(gate.base, gate.reports);

  const results: CheckResult[] = [];
  const record = async (id: string, title: string, judge: () => CheckOutcome | Promise<CheckOutcome>) => {
    const started = performance.now();
    const check = { id: `coverage.${id}`, title, severity: 'high' as Severity };
    results.push(resultOf(check, await judge(), performance.now() - started));
  };

  const given: Coverage[] = [];
  // One after the other: a large one is read while no other is held half-parsed.
  for (const report of gate.reports) given.push(await readReport(report));
  const tree = await readSources(gate.sources, given);
  const isExcluded = excluder(gate.exclude ?? []);
  const pathMap = gate.pathMap ?? new Map();
  const place = (coverage: Coverage) => mapToSources(coverage, tree, { isExcluded, pathMap });
  const reports = given.map(place);
  const head = mergeCoverage(reports.map(({ coverage }) => coverage));
  const totals = totalsOf(head.values());
  if (totals.total === 0) throw nothingLeft(gate.reports);
  const addons = figuresByAddon(head, tree);
  const judged: JudgedCoverage = { results, totals, addons, coverage: head, ...(tree === undefined ? {} : { tree }) };

  await record('total', `Line coverage ${describeTotals(totals)}, at least ${min.text} % required`, () =>
    judgeTotal(totals, min),
  );
  if (tree !== undefined) {
    await record('sources', describeSources(head, tree), () => judgeSources(reports, head, tree, isExcluded));
  }
  if (minAddon !== undefined) {
    await record('addons', `Each addon's line coverage is at least ${minAddon.text} %`, () =>
      judgeAddons(addons, minAddon),
    );
  }
  const changes = gate.changes === undefined || tree === undefined ? undefined : placeChanges(gate.changes, tree);
  if (changes !== undefined && tree !== undefined) {
    await checkDiff(changes, tree, isExcluded);
    const changed = changedLines(changes, head, tree, isExcluded);
    judged.changes = changes;
    judged.changed = changed;
    const measured = changed.totals.total === 0 ? 'none is executable' : describeTotals(changed.totals);
    await record('changed-lines', `Changed lines: ${measured}, at least ${minChanged.text} % required`, () =>
      judgeChangedLines(changed, minChanged),
    );
  }
  if (gate.base !== undefined) {
    const base = placeBase(typeof gate.base === 'string' ? await readBase(gate.base) : gate.base, place, tree);
    judged.base = base;
    const margin = tolerance.text === '0' ? 'no decrease allowed' : `${tolerance.text} points less allowed`;
    const title = `Line coverage ${describeTotals(base.totals)} before, ${describeTotals(totals)} now, ${margin}`;
    await record('no-decrease', title, () =>
      judgeDecrease({ head, base, tree, changes, tolerance, minOfNew: minAddon ?? min }),
    );
  }
  const { missingBase } = gate;
  if (gate.base === undefined && missingBase !== undefined) {
    await record('no-decrease', 'Line coverage, no decrease allowed', () =>
      failedUnlessEmpty([noBase(missingBase)], 1),
    );
  }
  return judged;
}

function noBase(why: string): Finding {
  return {
    message: `there is nothing to compare with: ${why}`,
    fix: 'Save a baseline on the main branch (`--save-baseline`).',
  };
}

async function readSources(
  sources: CoverageGate['sources'],
  reports: readonly Coverage[],
): Promise<SourceTree | undefined> {
  if (sources === undefined) return undefined;
  const { root, ifThere = false } = sources;
  const isThere = () => reports.some((report) => [...report.keys()].some((path) => SourceTree.has(root, path)));
  return ifThere && !isThere() ? undefined : SourceTree.read(root);
}

function describeSources(head: Coverage, tree: SourceTree): string {
  const addons = tree.addons.length === 0 ? '' : `, ${plural(tree.addons.length, 'addon')}`;
  return `The reports are of these sources: ${plural(head.size, 'file')}${addons}`;
}

/** Throws UsageError `coverage-base-foreign` if not one of its files is here: all of it would count as deleted. */
function placeBase(base: Base, place: (coverage: Coverage) => Mapped, tree: SourceTree | undefined): Base {
  if (base.coverage === undefined) return base;
  const { coverage } = place(base.coverage);
  if (tree !== undefined && ![...coverage.keys()].some((path) => tree.files.has(path))) {
    throw new UsageError('coverage-base-foreign', `${base.origin}: not one of its files is in ${tree.root}`, {
      next: 'Give as --base the report of a commit of this repository.',
    });
  }
  const totals = totalsOf(coverage.values());
  if (totals.total === 0) throw nothingLeft([base.origin]);
  return { ...base, coverage, totals };
}

function nothingLeft(reports: readonly string[]): CoverageReportError {
  const next = 'Take back some of --exclude.';
  return new CoverageReportError(
    'coverage-report-without-lines',
    reports.join(', '),
    '--exclude leaves no executable line',
    next,
  );
}

async function refuseReportAsItsOwnBase(base: string, reports: readonly string[]): Promise<void> {
  const real = await realpath(base).catch(() => base);
  for (const report of reports) {
    if (real !== (await realpath(report).catch(() => report))) continue;
    throw new UsageError(
      'coverage-base-is-report',
      `${base} is both a report and the base: nothing would be compared`,
      {
        next: 'Give as --base the report of the commit that the change is merged into.',
      },
    );
  }
}
