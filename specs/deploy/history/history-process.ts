import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SOURCES = join(import.meta.dirname, '..', '..', '..', 'deploy', 'history');

interface Ended {
  exitCode: number | null;
  lines: string[];
}

/**
 * Runs a program of a few lines in a process of its own, with everything that deploy/history exports from `append.ts` and
 * `verify.ts` at hand; `via` is a program that replaces itself by what follows.
 */
export function startProgram(
  program: string,
  { via = [], flags = [] }: { via?: readonly string[]; flags?: readonly string[] } = {},
): { child: ChildProcess; printed: AsyncIterable<string>; ended: Promise<Ended> } {
  const imports = ['append', 'verify'].map(
    (name) => `import * as ${name} from ${JSON.stringify(join(SOURCES, `${name}.ts`))};`,
  );
  const source = `${imports.join('\n')}\nconst { appendEntry } = append, { verifyHistory } = verify;\n${program}`;
  const node = [process.execPath, ...flags, '--input-type=module', '--eval', source];
  const [command = '', ...args] = [...via, ...node];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const printed = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, lines }));
  });
  return { child, printed, ended };
}
