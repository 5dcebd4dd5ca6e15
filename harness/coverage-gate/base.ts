import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { parseJsonReport } from './json-report.ts';
import { MOST_LINES } from './line-hits.ts';
import { formatRanges, parseRanges } from './line-ranges.ts';
import { type Coverage, CoverageBuilder, type Totals, totalsOf } from './model.ts';
import { beginningOf, readReport } from './read-report.ts';

const SCHEMA = 'odoo-gate/coverage-baseline@1';

/** What a change is compared with. */
export interface Base {
  /** For messages: a file, or the commit of a baseline. */
  origin: string;
  totals: Totals;
  /** Absent where only the sum was kept. */
  coverage?: Coverage;
}

const totals = z
  .strictObject({ covered: z.int().nonnegative(), total: z.int().positive() })
  .refine(({ covered, total }) => covered <= total, 'more lines are covered than there are');
const lines = z.string().transform((text, context) => {
  const parsed = parseRanges(text, MOST_LINES);
  if (parsed === undefined) context.addIssue('expected lines such as 3-5,9');
  return parsed ?? [];
});
const baseline = z.strictObject({
  schema: z.literal(SCHEMA),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .exactOptional(),
  total: totals,
  files: z.record(z.string(), z.strictObject({ covered: lines, missed: lines })).exactOptional(),
});

/** What is kept of a commit: its sums, and of each file the lines that are covered and those that are not. */
export function renderBaseline(commit: string, coverage: Coverage): string {
  const files = [...coverage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, file]) => {
      const all = [...file.lines];
      const covered = formatRanges(all.filter(([, hits]) => hits > 0).map(([line]) => line));
      const missed = formatRanges(all.filter(([, hits]) => hits === 0).map(([line]) => line));
      return [path, { covered, missed }];
    });
  const value = { schema: SCHEMA, commit, total: totalsOf(coverage.values()), files: Object.fromEntries(files) };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Throws UsageError `coverage-baseline-malformed`, also where its lines do not add up, or it is of another commit. */
export function parseBaseline(value: unknown, origin: string, commit?: string): Base {
  const parsed = baseline.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformedBaseline(origin, `${issue?.path.join(' → ') || 'its top level'}: ${issue?.message}`);
  }
  const { total, files } = parsed.data;
  if (commit !== undefined && parsed.data.commit !== commit) throw malformedBaseline(origin, 'it is of another commit');
  if (files === undefined) return { origin, totals: total };
  const coverage = new CoverageBuilder();
  for (const [path, { covered, missed }] of Object.entries(files)) {
    const file = coverage.file(path);
    for (const line of covered) file.lines.add(line, 1);
    for (const line of missed) file.lines.add(line, 0);
  }
  const sum = totalsOf(coverage.build().values());
  if (sum.covered !== total.covered || sum.total !== total.total) {
    throw malformedBaseline(origin, 'its files do not add up to its total');
  }
  return { origin, totals: total, coverage: coverage.build() };
}

/** Reads a base from a file: a report, or a baseline. Throws UsageError as `readReport` and `parseBaseline` do. */
export async function readBase(path: string): Promise<Base> {
  if (/^\s*\{\s*"schema"\s*:\s*"odoo-gate\/coverage-baseline@/.test(await beginningOf(path))) {
    return parseBaseline(await parseJsonReport(path), path);
  }
  const coverage = await readReport(path);
  return { origin: path, totals: totalsOf(coverage.values()), coverage };
}

function malformedBaseline(origin: string, problem: string): UsageError {
  return new UsageError('coverage-baseline-malformed', `coverage baseline ${origin}: ${problem}`, {
    next: 'Save it again with --save-baseline, or remove it.',
  });
}
