import type { RunReport } from '../run.ts';
import { placedFindings } from './placed-findings.ts';

/**
 * Workflow commands of GitHub Actions that mark where findings are: errors for checks that are required, warnings for
 * others. Paths become those of the repository by `prefix`.
 */
export function renderWorkflowCommands(report: RunReport, prefix = ''): string[] {
  return placedFindings(report).map(({ check, file, line, text }) => {
    const place = `file=${escapeProperty(prefix + file)},line=${line},title=${escapeProperty(check.id)}`;
    return `::${check.required ? 'error' : 'warning'} ${place}::${escapeData(text)}`;
  });
}

/** As the toolkit of GitHub Actions escapes (@actions/core, command.ts). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
