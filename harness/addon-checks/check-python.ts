import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { CheckOutcome, Finding } from '../check.ts';
import { inconclusive, notApplicable } from '../check.ts';
import type { Addon } from './find-addons.ts';
import { outcomeOf } from './judgement.ts';
import { runProgram } from './run-program.ts';
import type { Series } from './series.ts';

/** The oldest Python that a series runs on: an older one here would refuse what is right there (Odoo's setup.py). */
const OLDEST: Readonly<Record<number, readonly [number, number]>> = {
  14: [3, 6],
  15: [3, 7],
  16: [3, 7],
  17: [3, 10],
  18: [3, 10],
  19: [3, 10],
};

// compile() alone, without a tree for each file, is twice as fast as ast.parse. Nothing is run, nothing is written.
const COMPILE = `
import json, sys, warnings
warnings.simplefilter("ignore")
print(json.dumps(list(sys.version_info[:2])))
for path in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\\0"):
    if not path:
        continue
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        print(json.dumps([path, error.lineno or 1, error.msg]))
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        print(json.dumps([path, 1, str(error) or type(error).__name__]))
`;

const version = z.tuple([z.number(), z.number()]);
const problem = z.tuple([z.string(), z.number(), z.string()]);

/** Every Python file of installable addons compiles, with the Python of this machine. Nothing of it is run. */
export async function checkPython(
  addons: readonly Addon[],
  series: Series,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  const shown = new Map(
    addons
      .filter(({ manifest }) => manifest?.installable === true)
      .flatMap((addon) =>
        [...addon.files]
          .filter((file) => file.endsWith('.py'))
          .map((file) => [join(addon.folder, file), `${addon.shown}/${file}`] as const),
      ),
  );
  if (shown.size === 0) return notApplicable('no installable addon has a file of Python');
  const ended = await Promise.all(shares([...shown.keys()]).map((paths) => compile(paths, signal)));
  const [first] = ended;
  if (first === undefined || first === 'missing') return inconclusive('there is no python3 on the PATH');
  const python = first.version;
  const oldest = OLDEST[series.major] ?? [3, 10];
  if (python[0] < oldest[0] || (python[0] === oldest[0] && python[1] < oldest[1]))
    return inconclusive(`python3 is ${python.join('.')}, and Odoo ${series.name} needs ${oldest.join('.')} or later`);
  const findings: Finding[] = [];
  for (const share of ended) {
    if (share === 'missing') return inconclusive('python3 went away');
    for (const [path, line, message] of share.problems)
      findings.push({
        message: `${message} (Python ${python.join('.')})`,
        location: `${shown.get(path) ?? path}:${line}`,
      });
  }
  return outcomeOf({ findings, assertions: shown.size });
}

/** One share a core, so that all are at work; a handful of files is not worth a second Python. */
function shares(paths: readonly string[]): string[][] {
  const number = Math.min(availableParallelism(), 8, Math.ceil(paths.length / 100));
  return Array.from({ length: number }, (_, share) => paths.filter((_path, index) => index % number === share));
}

async function compile(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<'missing' | { version: z.output<typeof version>; problems: z.output<typeof problem>[] }> {
  // -I: neither the environment nor this folder gives it modules of their own.
  const args = ['-I', '-S', '-B', '-c', COMPILE];
  const ended = await runProgram('python3', args, { input: paths.join('\0'), signal });
  if (ended === undefined) return 'missing';
  if (ended.exitCode !== 0) throw new Error(`python3 ended with ${ended.exitCode}`);
  const [first = '', ...lines] = ended.stdout.split('\n').filter((line) => line !== '');
  return {
    version: version.parse(JSON.parse(first)),
    problems: lines.map((line) => problem.parse(JSON.parse(line))),
  };
}
