import type { ChangedLines } from './judge-changed-lines.ts';
import { rangesOf } from './line-ranges.ts';

/**
 * Workflow commands of GitHub Actions that mark the changed lines that no test runs: errors if that is why the change is
 * refused, else warnings. Paths become those of the repository by `prefix`.
 */
export function renderAnnotations({ untested, unmeasured }: ChangedLines, refused: boolean, prefix = ''): string[] {
  const command = (path: string, place: string, message: string) =>
    `::${refused ? 'error' : 'warning'} file=${escapeProperty(prefix + path)},${place},title=Coverage::${escapeData(message)}`;
  return [
    ...[...untested].flatMap(([path, lines]) =>
      rangesOf(lines).map(([from, to]) =>
        command(
          path,
          `line=${from},endLine=${to}`,
          from === to ? 'No test runs this line.' : 'No test runs these lines.',
        ),
      ),
    ),
    ...unmeasured.map((path) => command(path, 'line=1', 'It was changed, but no coverage report has it.')),
  ];
}

/** As the toolkit of GitHub Actions escapes (@actions/core, command.ts). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
