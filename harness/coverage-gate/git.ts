import { execFile } from 'node:child_process';
import { InfrastructureError, messageOf, UsageError } from '../errors.ts';

interface GitOptions {
  input?: string;
  env?: Readonly<Record<string, string>>;
}

const MOST_OUTPUT = 512 * 1024 * 1024;

/**
 * What git prints, run in a folder. It asks nobody for a password and takes no lock that it can do without.
 *
 * @throws InfrastructureError `git-missing`; UsageError `git-failed`. What git said is the cause: it may name a URL with a login
 */
export async function git(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: GitOptions = {},
): Promise<string> {
  const result = await run(folder, args, input, env);
  if (result.code === 0) return result.stdout;
  throw new UsageError('git-failed', `git ${args[0]} ended with ${result.code} in ${folder}`, {
    next: 'Run it in a git repository with its history; ODOO_GATE_DEBUG=1 shows what git said.',
    cause: new Error(result.stderr),
  });
}

/** The same, where an exit code other than 0 is an answer: undefined. */
export async function askGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await run(folder, args, '', {});
  return code === 0 ? stdout : undefined;
}

function run(
  folder: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      ['-C', folder, ...args],
      {
        maxBuffer: MOST_OUTPUT,
        env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', ...env },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        else {
          reject(
            new InfrastructureError('git-missing', `git could not be run: ${messageOf(error)}`, {
              next: 'Install git, and put it on the PATH.',
            }),
          );
        }
      },
    );
    child.stdin?.on('error', () => {}); // it ended before it read all: its exit code tells
    child.stdin?.end(input);
  });
}
