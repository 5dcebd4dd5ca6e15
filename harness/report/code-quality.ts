import { createHash } from 'node:crypto';
import type { Severity } from '../check.ts';
import type { RunReport } from '../run.ts';
import { placedFindings } from './placed-findings.ts';

const SEVERITY: Record<Severity, string> = { critical: 'blocker', high: 'critical', medium: 'major', low: 'minor' };

/**
 * GitLab's Code Quality report, by which a merge request marks findings in its diff. A finding that only moves is the
 * same one. Paths become those of the repository by `prefix`.
 */
export function renderCodeQuality(report: RunReport, prefix = ''): string {
  const seen = new Map<string, number>();
  const entries = placedFindings(report).map(({ check, file, line, text }) => {
    const what = JSON.stringify([check.id, prefix + file, text]);
    // Two that say the same of one file are two.
    const times = (seen.get(what) ?? 0) + 1;
    seen.set(what, times);
    return {
      description: text,
      check_name: check.id,
      fingerprint: createHash('sha256').update(`${what} ${times}`).digest('hex'),
      severity: SEVERITY[check.severity],
      location: { path: prefix + file, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}
