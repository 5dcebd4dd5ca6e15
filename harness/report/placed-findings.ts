import type { ReportedCheck, RunReport } from '../run.ts';

/** A finding that names a line of a file. */
export interface PlacedFinding {
  check: ReportedCheck;
  /** Relative to where the report was made. */
  file: string;
  line: number;
  text: string;
}

const PLACE = /^(?<file>[^\0]+?):(?<line>\d+)$/;

/** The findings of failed checks that name a line of a file below this folder. */
export function placedFindings(report: RunReport): PlacedFinding[] {
  return report.checks.flatMap((check) => {
    if (check.status !== 'failed') return [];
    return check.findings.flatMap(({ message, location = '', fix }) => {
      const { file, line } = PLACE.exec(location)?.groups ?? {};
      if (file === undefined || file.startsWith('/')) return [];
      return [{ check, file, line: Number(line), text: fix === undefined ? message : `${message}. ${fix}` }];
    });
  });
}
