import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; undefined where there is none of that name. It is ended when the signal says so. */
export async function runProgram(
  name: string,
  args: readonly string[],
  { input = '', signal }: { input?: string; signal: AbortSignal },
): Promise<Ended | undefined> {
  const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'], signal });
  const exit = new Promise<number | null | 'missing'>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve('missing') : reject(error)));
    child.on('close', resolve);
  });
  // One that ends before it has read everything says so by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return exitCode === 'missing' ? undefined : { exitCode, stdout, stderr };
}
