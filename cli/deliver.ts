import type { ExitCode } from '../harness/errors.ts';
import { renderJson } from '../harness/report/json.ts';
import { renderTerminal } from '../harness/report/terminal.ts';
import { writeReport } from '../harness/report/write.ts';
import type { RunReport } from '../harness/run.ts';
import { exitCodeOf } from '../harness/verdict.ts';

/** Writes the report's files if a folder was asked for, prints it on stdout, and gives the exit code of its verdict. */
export async function deliver(
  report: RunReport,
  { format, out }: { format: 'text' | 'json'; out?: string | undefined },
): Promise<ExitCode> {
  if (out !== undefined) await writeReport(report, out);
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const text =
    format === 'json'
      ? renderJson(report)
      : renderTerminal(report, { color, ...(out === undefined ? {} : { outDir: out }) });
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return exitCodeOf(report.verdict);
}
