import { z } from 'zod';
import { parseChallenges } from './challenge.ts';
import { type Credentials, storedCredentials } from './credentials.ts';
import { RegistryDistrusted, RegistryForbidden, RegistryLoginRefused, RegistryStatusError } from './errors.ts';
import { exchange, type HttpOptions, isAsSafe } from './http.ts';
import { formatRepository, type Repository } from './reference.ts';

export type Actions = 'pull' | 'pull,push';

export interface Authorization {
  header: string;
  /** Whether a stored login stands behind it; a token may also be anonymous. */
  hasLogin: boolean;
}

/**
 * What to send after a registry's 401: Basic, or a Bearer token for this repository and these
 * actions (distribution specification, token authentication). Throws `RegistryLoginRefused` and the errors of
 * `storedCredentials` and `exchange`.
 */
export async function authorizationFor(
  challenge: string | null,
  { registryUrl, repository, actions }: { registryUrl: URL; repository: Repository; actions: Actions },
  options: HttpOptions,
): Promise<Authorization> {
  const challenges = parseChallenges(challenge ?? '');
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const basic = challenges.find(({ scheme }) => scheme === 'basic');
  if (bearer === undefined && basic === undefined) {
    throw new RegistryDistrusted(
      'registry-challenge',
      `${registryUrl.origin} asks for neither Basic nor Bearer login.`,
    );
  }
  const credentials = await storedCredentials(repository.registry);
  if (bearer === undefined) {
    if (credentials === undefined) throw new RegistryLoginRefused(repository.registry, false);
    return { header: basicHeader(credentials), hasLogin: true };
  }

  const { realm = '', service } = bearer.parameters;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !isAsSafe(registryUrl, url) || url.username !== '' || url.password !== '') {
    throw new RegistryDistrusted(
      'registry-challenge',
      `${registryUrl.origin} names a token service that is not https.`,
    );
  }
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository.name}:${actions}`);
  const authorization = credentials && basicHeader(credentials);
  const answer = await exchange({ method: 'GET', url, headers: {}, authorization }, options);
  if (answer.status === 401) throw new RegistryLoginRefused(repository.registry, credentials !== undefined);
  if (answer.status === 403) throw new RegistryForbidden(`a token for ${formatRepository(repository)} (${actions})`);
  if (answer.status !== 200) throw new RegistryStatusError('the request for a token', answer.status);
  return { header: `Bearer ${tokenIn(answer.body, url.origin)}`, hasLogin: credentials !== undefined };
}

const TOKEN = z.object({ token: z.string().optional(), access_token: z.string().optional() });

function tokenIn(body: Uint8Array, origin: string): string {
  let token: string | undefined;
  try {
    const answer = TOKEN.parse(JSON.parse(new TextDecoder().decode(body)));
    token = answer.token || answer.access_token;
  } catch {
    // Not JSON, or of another shape: the same as no token.
  }
  // What can't stand in a header must not reach fetch: its error would repeat the token.
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) {
    throw new RegistryDistrusted('registry-answer', `The token service at ${origin} sent no usable token.`);
  }
  return token;
}

function basicHeader({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
