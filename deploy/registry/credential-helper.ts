import { spawn } from 'node:child_process';
import { z } from 'zod';
import { InfrastructureError, UsageError } from '../../harness/errors.ts';

export interface HelperOptions {
  /** Its PATH is where helpers are looked for. */
  environment: NodeJS.ProcessEnv;
  /** 30 000 unless told. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

const LOGIN = z.object({ Username: z.string().min(1), Secret: z.string().min(1) });
const LONGEST_OUTPUT = 1024 * 1024;

/**
 * Asks `docker-credential-NAME get` for the login of a server, by Docker's protocol; undefined when it has none. Nothing
 * that it prints gets into an error. Throws `UsageError('registry-helper-missing')` and
 * `InfrastructureError('registry-helper-failed')`.
 */
export async function askHelper(
  name: string,
  server: string,
  options: HelperOptions,
): Promise<{ user: string; secret: string } | undefined> {
  const { exitCode, stdout } = await runHelper(`docker-credential-${name}`, server, options);
  // What every helper of Docker's says, on stdout and with exit code 1, of a server that it does not know.
  if (exitCode !== 0 && stdout.includes('credentials not found in native keychain')) return undefined;
  if (exitCode !== 0) throw failed(name, server, `ended with exit code ${exitCode ?? 'none'}`);
  const login = LOGIN.safeParse(parseJson(stdout));
  if (!login.success) throw failed(name, server, 'answered with something that is not a login');
  return { user: login.data.Username, secret: login.data.Secret };
}

async function runHelper(
  program: string,
  server: string,
  { environment, timeoutMs = 30_000, signal }: HelperOptions,
): Promise<{ exitCode: number | null; stdout: string }> {
  signal?.throwIfAborted();
  const name = program.replace('docker-credential-', '');
  // In a group of its own, so that what it starts ends with it.
  const helper = spawn(program, ['get'], { env: environment, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const ended = Promise.withResolvers<number | null>();
  const kill = () => {
    if (helper.pid !== undefined) killGroup(helper.pid);
  };
  const timer = setTimeout(() => {
    ended.reject(failed(name, server, `did not answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const abort = () => ended.reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  let stdout = '';
  helper.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.length > LONGEST_OUTPUT) ended.reject(failed(name, server, 'answered without an end'));
  });
  helper.on('error', ({ code }: NodeJS.ErrnoException) => ended.reject(notStarted(name, code)));
  helper.on('close', (exitCode) => ended.resolve(exitCode));
  // One that does not read what it is asked says so by its exit code.
  helper.stdin.on('error', () => {}).end(server);
  try {
    return { exitCode: await ended.promise, stdout };
  } catch (error) {
    kill();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function notStarted(name: string, code: string | undefined): UsageError {
  const why = code === 'ENOENT' ? 'is not on PATH' : `can't be started (${code ?? 'unknown'})`;
  return new UsageError('registry-helper-missing', `The credential helper docker-credential-${name} ${why}.`, {
    next: 'Install it, or take it out of "credHelpers" or "credsStore" in Docker\'s config.json and log in again.',
  });
}

function failed(name: string, server: string, what: string): InfrastructureError {
  return new InfrastructureError('registry-helper-failed', `docker-credential-${name} ${what} for ${server}.`, {
    next: `Try it by hand: echo ${server} | docker-credential-${name} get`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
