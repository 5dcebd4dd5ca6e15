import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/**
 * Puts a `docker-credential-NAME` on PATH for the rest of the test: a program that runs this shell script, with what it is
 * asked in `$SERVER`. Returns the folder, which the script starts in.
 */
export async function credentialHelper(name: string, script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-helper-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = join(folder, `docker-credential-${name}`);
  await writeFile(program, `#!/bin/sh\ncd ${folder}\necho "$@" >> arguments\nread -r SERVER\n${script}\n`);
  await chmod(program, 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

/** A script that knows the login of one server, as Docker's own helpers answer. */
export const knows = (server: string, user: string, secret: string) => `
if [ "$SERVER" = "${server}" ]; then
  printf '{"ServerURL":"%s","Username":"${user}","Secret":"${secret}"}' "$SERVER"
else
  echo "credentials not found in native keychain"
  exit 1
fi`;
