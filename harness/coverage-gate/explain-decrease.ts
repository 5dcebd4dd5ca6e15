import type { Finding } from '../check.ts';
import { formatRanges } from './line-ranges.ts';
import type { Coverage, Totals } from './model.ts';
import { type Changes, lineBefore } from './unified-diff.ts';

const MOST_FILES = 20;

/** The files that pull coverage down, those with the most lines first; at most 20 by name, the others as a count. */
export function explainDecrease(
  base: Coverage,
  head: Coverage,
  changes: Changes | undefined,
  concerned: (path: string) => boolean = () => true,
): Finding[] {
  const losses = [...new Set([...base.keys(), ...head.keys()])]
    .filter((file) => concerned(file) && !changes?.gone.has(file))
    .map((file) => ({ file, ...lossOf(base.get(file)?.lines.totals, head.get(file)?.lines.totals) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.file < b.file ? -1 : 1));

  const findings: Finding[] = losses.slice(0, MOST_FILES).map(({ file, message, count }) => {
    const lines = formatRanges(newlyMissed(file, base, head, changes));
    return { message, location: lines === '' ? file : `${file}:${lines}`, count };
  });
  const more = losses.length - findings.length;
  if (more > 0) findings.push({ message: 'more files lost coverage', count: more });
  return findings;
}

/** Lines that no test runs now, and that were not missed before: by the diff, or else by their numbers. */
function newlyMissed(file: string, base: Coverage, head: Coverage, changes: Changes | undefined): number[] {
  const before = base.get(file)?.lines;
  const change = changes?.files.get(file);
  return [...(head.get(file)?.lines ?? [])]
    .filter(([line, hits]) => {
      if (hits > 0) return false;
      const earlier = change === undefined ? line : lineBefore(change, line);
      return earlier === undefined || before?.get(earlier) !== 0;
    })
    .map(([line]) => line);
}

function lossOf(before: Totals | undefined, after: Totals | undefined): { message: string; count: number } {
  if (before === undefined) {
    const { covered, total } = after ?? { covered: 0, total: 0 };
    return { count: total - covered, message: `new file: ${covered} of ${total} lines covered` };
  }
  if (after === undefined) {
    return { count: before.covered, message: `no longer in the report, where it had ${before.covered} covered lines` };
  }
  const change = `${before.covered} of ${before.total} lines before, ${after.covered} of ${after.total} now`;
  const lost = before.covered - after.covered;
  const uncovered = after.total - after.covered - (before.total - before.covered);
  return lost >= uncovered
    ? { count: lost, message: `lost covered lines: ${change}` }
    : { count: uncovered, message: `gained lines that are not covered: ${change}` };
}
