import type { RunReport } from '../run.ts';

/** A finding's place: a file and a line. */
const PLACE = /^(?<file>[^\0]+?):(?<line>\d+)$/;

/**
 * Workflow commands of GitHub Actions that mark where findings are: errors for checks that are required, warnings for
 * others. Findings that name no line have none. Paths become those of the repository by `prefix`.
 */
export function renderWorkflowCommands(report: RunReport, prefix = ''): string[] {
  return report.checks.flatMap((check) => {
    if (check.status !== 'failed') return [];
    const kind = check.required ? 'error' : 'warning';
    return check.findings.flatMap(({ message, location = '', fix }) => {
      const { file, line } = PLACE.exec(location)?.groups ?? {};
      if (file === undefined || file.startsWith('/')) return [];
      const text = fix === undefined ? message : `${message}. ${fix}`;
      return [
        `::${kind} file=${escapeProperty(prefix + file)},line=${line},title=${escapeProperty(check.id)}::${escapeData(text)}`,
      ];
    });
  });
}

/** As the toolkit of GitHub Actions escapes (@actions/core, command.ts). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
