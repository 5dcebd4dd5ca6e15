import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import { askHelper, type HelperOptions } from './credential-helper.ts';

/** A password, or what a token service gave at login to get tokens with. */
export type Credentials = { user: string; password: string } | { identityToken: string };

// No path: what is started has to be one of the programs on PATH that are made for it.
const helperName = z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/i);

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
  credsStore: helperName.or(z.literal('')).optional(),
  credHelpers: z.record(z.string(), helperName).optional(),
});

interface CredentialsOptions {
  environment?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * The login that `docker login` left, by `$DOCKER_CONFIG/config.json` (else `~/.docker`), undefined without one: from the
 * helper of this very registry, else in the file itself, else from the helper of all. Throws `UsageError` for a file that
 * can't be read, and the errors of `askHelper`.
 */
export async function storedCredentials(
  registry: string,
  { environment = process.env, signal }: CredentialsOptions = {},
): Promise<Credentials | undefined> {
  const path = join(environment.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
  const config = await readConfig(path);
  const ofRegistry = <T>(entries: Record<string, T> = {}): T[] =>
    Object.entries(entries).flatMap(([key, entry]) => (hostOf(key) === registry ? [entry] : []));
  const ask = (helper: string) => loginOf(helper, registry, { environment, ...(signal ? { signal } : {}) });

  const [helper] = ofRegistry(config.credHelpers);
  if (helper !== undefined) return ask(helper);
  // `docker login` leaves empty entries for what the helper of all keeps.
  for (const { auth, username, password, identitytoken } of ofRegistry(config.auths)) {
    if (identitytoken) return { identityToken: identitytoken };
    if (auth) return decode(auth, registry, path);
    if (username && password) return { user: username, password };
  }
  return config.credsStore ? ask(config.credsStore) : undefined;
}

async function loginOf(helper: string, registry: string, options: HelperOptions): Promise<Credentials | undefined> {
  // Docker Hub's logins are kept under the address that it had once.
  const server = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const login = await askHelper(helper, server, options);
  if (login === undefined) return undefined;
  const { user, secret } = login;
  return user === '<token>' ? { identityToken: secret } : { user, password: secret };
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
