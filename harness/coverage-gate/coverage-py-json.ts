import { z } from 'zod';
import { type Coverage, CoverageBuilder, type FileCoverage, type Totals, uniteBranches } from './model.ts';
import { contradictory, malformed } from './report-error.ts';

const count = z.int().nonnegative();
/** One predicate for a whole list: a schema per number would take most of the time. */
const lineNumbers = z.custom<number[]>(
  (value) => Array.isArray(value) && value.every((line) => Number.isSafeInteger(line) && line >= 0),
  'expected a list of line numbers',
);
/** From a line to another, or out of it: then the second is negative. */
const jumps = z.custom<[number, number][]>(
  (value) =>
    Array.isArray(value) &&
    value.every((jump) => Array.isArray(jump) && jump.length === 2 && jump.every(Number.isSafeInteger)),
  'expected a list of branches',
);
const summary = z.object({ covered_lines: count, num_statements: count, missing_lines: count });
const report = z.object({
  meta: z.object({ version: z.string() }),
  files: z.record(
    z.string(),
    z.object({
      executed_lines: lineNumbers,
      missing_lines: lineNumbers,
      excluded_lines: lineNumbers.default([]),
      executed_branches: jumps.default([]),
      missing_branches: jumps.default([]),
      summary,
    }),
  ),
  totals: summary,
});
type FileReport = z.infer<typeof report>['files'][string];

/**
 * Reads the report of `coverage json` (coverage.py 5 and later). Every file's lines must agree with that file's summary,
 * and the summaries with the totals.
 *
 * @throws CoverageReportError if it is another tool's, or contradicts itself
 */
export function coverageOfCoveragePy(path: string, value: object): Coverage {
  const parsed = report.safeParse(value);
  if (!parsed.success) throw malformed(path, explain(parsed.error));

  const coverage = new CoverageBuilder();
  const sum: Totals = { covered: 0, total: 0 };
  for (const [name, file] of Object.entries(parsed.data.files)) {
    const target = coverage.file(name);
    const add = (line: number, hits: number) => {
      if (!target.lines.add(line, hits)) throw malformed(path, `${name} has a line ${line}, as no source has`);
    };
    for (const line of file.missing_lines) add(line, 0);
    for (const line of coveredStatements(path, name, file)) add(line, 1);
    addBranches(target, file);
    sum.covered += file.summary.covered_lines;
    sum.total += file.summary.num_statements;
  }
  const { totals } = parsed.data;
  if (totals.covered_lines !== sum.covered || totals.num_statements !== sum.total) {
    throw contradictory(
      path,
      `its files add up to ${sum.covered} of ${sum.total} lines, its totals say ${totals.covered_lines} of ${totals.num_statements}`,
    );
  }
  return coverage.build();
}

/** Sorted by where they lead: taken or not, a branch has the same place in every shard. */
function addBranches(target: FileCoverage, { executed_branches, missing_branches }: FileReport): void {
  const all = [
    ...executed_branches.map(([from, to]) => ({ from, to, taken: '1' })),
    ...missing_branches.map(([from, to]) => ({ from, to, taken: '0' })),
  ].sort((a, b) => a.to - b.to);
  for (const [from, branches] of Map.groupBy(all, (branch) => branch.from)) {
    uniteBranches(target, from, branches.map(({ taken }) => taken).join(''));
  }
}

/**
 * `executed_lines` also holds executed lines that are no statements: excluded ones, line 0 of an empty file, docstrings
 * of modules and classes (seen in 6.5.0 and 7.6.0). Only the summary counts statements alone, so it decides how many of
 * them stay. Docstrings run on import, before all else: the lowest lines go.
 */
function coveredStatements(path: string, name: string, file: FileReport): number[] {
  const missing = new Set(file.missing_lines);
  const executed = new Set(file.executed_lines);
  const { covered_lines, num_statements, missing_lines } = file.summary;
  if (file.missing_lines.some((line) => executed.has(line))) {
    throw contradictory(path, `${name} lists a line both as executed and as missing`);
  }
  for (const line of file.excluded_lines) executed.delete(line);
  if (missing.size !== missing_lines || covered_lines + missing_lines !== num_statements) {
    throw contradictory(path, `the summary of ${name} does not fit its missing lines`);
  }
  if (executed.size < covered_lines) {
    throw contradictory(path, `${name} claims ${covered_lines} covered lines, but lists ${executed.size}`);
  }
  const surplus = executed.size - covered_lines;
  return surplus === 0 ? [...executed] : [...executed].sort((a, b) => a - b).slice(surplus);
}

function explain(error: z.ZodError): string {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'its top level' : issue.path.join(' → ');
  return `it is JSON, but not of coverage.py's \`coverage json\`: ${where}: ${issue?.message ?? 'unknown shape'}`;
}
