import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';

export interface Credentials {
  user: string;
  password: string;
}

const CONFIG = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
        identitytoken: z.string().optional(),
      }),
    )
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});

/**
 * The login that `docker login` stored in `$DOCKER_CONFIG/config.json` (else `~/.docker`), undefined without one.
 * Throws `UsageError` for a file that can't be read, and for a login behind a credential helper or identity token.
 */
export async function storedCredentials(
  registry: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Credentials | undefined> {
  const path = join(environment.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
  const config = await readConfig(path);
  const entries = Object.entries(config.auths ?? {}).filter(([key]) => hostOf(key) === registry);
  for (const [, { auth, username, password, identitytoken }] of entries) {
    if (identitytoken) {
      throw new UsageError('registry-identity-token', `The login for ${registry} in ${path} is an identity token.`, {
        next: `Run docker login ${registry} with a user and password or access token.`,
      });
    }
    if (auth) return decode(auth, registry, path);
    if (username && password) return { user: username, password };
  }
  const helpers = Object.entries(config.credHelpers ?? {}).filter(([key]) => hostOf(key) === registry);
  const helper = helpers[0]?.[1] ?? config.credsStore;
  if (helper !== undefined) {
    throw new UsageError('registry-credential-helper', `The login for ${registry} is with the helper "${helper}".`, {
      next: `Helpers are not asked yet: point DOCKER_CONFIG at a folder whose config.json has "auths" for ${registry}.`,
    });
  }
  return undefined;
}

// The text of a JSON or zod error would repeat parts of the file: it holds passwords.
async function readConfig(path: string): Promise<z.infer<typeof CONFIG>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw unreadable(path, `can't be read (${code})`);
  }
  try {
    return CONFIG.parse(JSON.parse(text));
  } catch {
    throw unreadable(path, 'is not a Docker configuration');
  }
}

function decode(auth: string, registry: string, path: string): Credentials {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon < 1) throw unreadable(path, `has an "auth" for ${registry} that is not user:password in base64`);
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keys are hosts or URLs; Docker Hub's is `https://index.docker.io/v1/`. */
function hostOf(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return host === 'index.docker.io' ? 'docker.io' : host;
}

function unreadable(path: string, what: string): UsageError {
  return new UsageError('registry-docker-config', `${path} ${what}.`, {
    next: 'Correct the file, or point DOCKER_CONFIG at another folder.',
  });
}
