import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface CliResult {
  pid: number;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** A program with arguments that replaces itself by what follows them, such as `unshare --mount`. */
  via?: readonly string[];
}

/** Starts `odoo-gate` from the checkout as a process of its own, as a user would. */
export function startCli(
  args: readonly string[],
  { env = {}, cwd = ROOT, via = [] }: CliOptions = {},
): { child: ChildProcess; ended: Promise<CliResult>; stderrHas(text: string | RegExp): Promise<void> } {
  const [program = '', ...rest] = [...via, process.execPath, join(ROOT, 'cli/odoo-gate.js'), ...args];
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const watch of watchers) watch();
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ pid: child.pid ?? 0, exitCode, signal, stdout, stderr }));
  });
  const stderrHas = (wanted: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (typeof wanted === 'string' ? stderr.includes(wanted) : wanted.test(stderr)) resolve();
      };
      watchers.add(look);
      look();
      void ended.then(() => reject(new Error(`odoo-gate ended before it said ${wanted}:\n${stderr}`)));
    });
  return { child, ended, stderrHas };
}

/** Runs `odoo-gate` to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}
