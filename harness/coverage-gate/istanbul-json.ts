import { z } from 'zod';
import { type Coverage, CoverageBuilder, type FileCoverage, uniteBranches } from './model.ts';
import { CoverageReportError, contradictory, malformed } from './report-error.ts';

const hits = z.int().nonnegative();
const place = z.object({ start: z.object({ line: z.int().positive() }) });
const fileReport = z.object({
  path: z.string().min(1),
  statementMap: z.record(z.string(), place),
  s: z.record(z.string(), hits),
  branchMap: z.record(z.string(), z.object({ loc: place.optional(), locations: z.array(z.unknown()) })).default({}),
  b: z.record(z.string(), z.array(hits)).default({}),
});
type FileReport = z.infer<typeof fileReport>;

/**
 * Reads `coverage-final.json` of istanbul, as c8, vitest, jest and nyc write it. A line is as often covered as the
 * statement on it that ran most, as istanbul's own reports count it.
 *
 * @throws CoverageReportError if it is another tool's, or a file's counters do not fit its statements
 */
export function coverageOfIstanbul(path: string, value: object): Coverage {
  const coverage = new CoverageBuilder();
  for (const [name, entry] of Object.entries(value)) {
    if (typeof entry !== 'object' || entry === null || !('statementMap' in entry)) {
      const next = "Give the report of `coverage json`, or istanbul's `coverage-final.json` (the reporter `json`).";
      throw new CoverageReportError(
        'coverage-report-foreign',
        path,
        'it is JSON, but neither of `coverage json` nor of istanbul',
        next,
      );
    }
    const parsed = fileReport.safeParse(entry);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw malformed(path, `${name} → ${issue?.path.join(' → ')}: ${issue?.message}`);
    }
    addFile(path, coverage.file(parsed.data.path), parsed.data);
  }
  return coverage.build();
}

function addFile(path: string, file: FileCoverage, { path: name, statementMap, s, branchMap, b }: FileReport): void {
  if (Object.keys(statementMap).length !== Object.keys(s).length) {
    throw contradictory(path, `${name} has ${Object.keys(statementMap).length} statements, but counts others`);
  }
  const lines = new Map<number, number>();
  for (const [id, { start }] of Object.entries(statementMap)) {
    const ran = s[id];
    if (ran === undefined) throw contradictory(path, `${name} has a statement that is not counted`);
    lines.set(start.line, Math.max(lines.get(start.line) ?? 0, ran));
  }
  for (const [line, ran] of lines) {
    if (!file.lines.add(line, ran)) throw malformed(path, `${name} has a line ${line}, as no source has`);
  }
  const outcomes = new Map<number, string>();
  for (const [id, taken] of Object.entries(b)) {
    const line = branchMap[id]?.loc?.start.line;
    const digits = taken.map((count) => (count > 0 ? '1' : '0')).join('');
    if (line !== undefined) outcomes.set(line, (outcomes.get(line) ?? '') + digits);
  }
  for (const [line, taken] of outcomes) uniteBranches(file, line, taken);
}
