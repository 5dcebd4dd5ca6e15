import { relative } from 'node:path';
import { z } from 'zod';
import { type CheckOutcome, type Finding, inconclusive, notApplicable } from '../check.ts';
import { firstLine } from '../masking.ts';
import type { Addon } from './find-addons.ts';
import { outcomeOf } from './judgement.ts';
import { runProgram } from './run-program.ts';

export const LINTERS = ['ruff', 'flake8', 'pylint-odoo'] as const;
export type Linter = (typeof LINTERS)[number];

/** One linter: how it is called on folders, and what it found. */
interface Call {
  program: string;
  args: readonly string[];
  /** Throws where the output is none of its own. */
  read(stdout: string): Finding[];
  /** Exit codes with which it says that it looked. */
  looked(exitCode: number | null): boolean;
}

const ruffOutput = z.array(
  z.object({
    code: z.string().nullable(),
    message: z.string(),
    filename: z.string(),
    location: z.object({ row: z.number() }),
  }),
);
const pylintOutput = z.array(
  z.object({ path: z.string(), line: z.number(), symbol: z.string(), 'message-id': z.string(), message: z.string() }),
);

/** With the configuration that the repository has for it; its own defaults otherwise. */
const CALLS: Readonly<Record<Linter, Call>> = {
  ruff: {
    program: 'ruff',
    args: ['check', '--output-format', 'json', '--no-fix', '--no-cache'],
    read: (stdout) =>
      ruffOutput.parse(JSON.parse(stdout)).map(({ code, message, filename, location }) => ({
        message: `${message} (ruff ${code ?? 'syntax'})`,
        location: `${shown(filename)}:${location.row}`,
      })),
    looked: (exitCode) => exitCode === 0 || exitCode === 1,
  },
  flake8: {
    program: 'flake8',
    args: ['--format=%(path)s\t%(row)d\t%(code)s\t%(text)s'],
    read: (stdout) =>
      linesOf(stdout).map((line) => {
        const [path, row, code, text] = line.split('\t');
        if (path === undefined || row === undefined || code === undefined || text === undefined) throw new Error(line);
        return { message: `${text} (flake8 ${code})`, location: `${shown(path)}:${row}` };
      }),
    looked: (exitCode) => exitCode === 0 || exitCode === 1,
  },
  'pylint-odoo': {
    // Without the plugin it would find nothing, and say so with 0, were bad-plugin-value not enabled.
    program: 'pylint',
    args: [
      '--load-plugins=pylint_odoo',
      '--disable=all',
      '--enable=odoolint,bad-plugin-value',
      '--output-format=json',
      '--score=n',
    ],
    read: (stdout) => {
      const messages = stdout.trim() === '' ? [] : pylintOutput.parse(JSON.parse(stdout));
      if (messages.some(({ symbol }) => symbol === 'bad-plugin-value')) throw new PluginMissing();
      return messages.map(({ path, line, symbol, message, ...id }) => ({
        message: `${firstLine(message)} (pylint ${id['message-id']} ${symbol})`,
        location: `${shown(path)}:${line}`,
      }));
    },
    // A sum of what it found; 1 is a fatal message, 32 a wrong call.
    looked: (exitCode) => exitCode !== null && (exitCode & 33) === 0,
  },
};

/** What the linters said, and which of them ran. */
interface Linted {
  ran: readonly Linter[];
  outcome: CheckOutcome;
}

/** One of each that is on the PATH, the first that is there; what is missing is no failure. */
const AUTO: readonly (readonly Linter[])[] = [['ruff', 'flake8'], ['pylint-odoo']];

/**
 * Runs linters on addons. Those that are asked for by name have to be there; one that is missing, or breaks, is
 * inconclusive. `auto` takes what is there.
 */
export async function runLinters(
  asked: 'auto' | readonly Linter[],
  addons: readonly Addon[],
  signal: AbortSignal,
): Promise<Linted> {
  const folders = addons.filter(({ manifest }) => manifest?.installable === true).map(({ folder }) => folder);
  if (asked !== 'auto' && asked.length === 0) return { ran: [], outcome: notApplicable('--linters none') };
  if (folders.length === 0) return { ran: [], outcome: notApplicable('no addon is installable') };
  const ran: Linter[] = [];
  const findings: Finding[] = [];
  const unclear: string[] = [];
  for (const choice of asked === 'auto' ? AUTO : asked.map((linter) => [linter])) {
    for (const linter of choice) {
      const said = await runLinter(linter, folders, signal);
      if (said === 'missing') {
        if (asked !== 'auto') unclear.push(`${linter} is not on the PATH`);
        continue;
      }
      ran.push(linter);
      findings.push(...said.findings);
      unclear.push(...said.unclear);
      break;
    }
  }
  if (ran.length === 0) return { ran, outcome: inconclusive(`none of ${LINTERS.join(', ')} is on the PATH`) };
  return { ran, outcome: outcomeOf({ findings, assertions: folders.length * ran.length, unclear }) };
}

async function runLinter(
  name: Linter,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<'missing' | { findings: Finding[]; unclear: string[] }> {
  const { program, args, read, looked } = CALLS[name];
  const ended = await runProgram(program, [...args, ...folders], { signal });
  if (ended === undefined) return 'missing';
  try {
    if (!looked(ended.exitCode)) throw new Error(`exit code ${ended.exitCode}`);
    return { findings: read(ended.stdout), unclear: [] };
  } catch (error) {
    if (error instanceof PluginMissing) return 'missing';
    const said = firstLine(ended.stderr) || (error instanceof Error ? firstLine(error.message) : '');
    return { findings: [], unclear: [`${name} could not look: ${said}`] };
  }
}

/** Pylint is there, its plugin is not. */
class PluginMissing extends Error {}

function shown(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen.startsWith('..') ? path : seen;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
