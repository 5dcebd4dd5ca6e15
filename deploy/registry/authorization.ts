import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import { parseChallenges } from './challenge.ts';
import type { Credentials } from './credentials.ts';
import { RegistryDistrusted, RegistryForbidden, RegistryLoginRefused, RegistryStatusError } from './errors.ts';
import { exchange, type HttpAnswer, type HttpOptions, isAsSafe } from './http.ts';

/** What a request may do in one repository of the registry. */
export interface Scope {
  /** `acme/odoo`. */
  name: string;
  actions: 'pull' | 'pull,push' | 'pull,push,delete';
}

export interface Authorization {
  header: string;
  /** Whether a stored login stands behind it; a token may also be anonymous. */
  hasLogin: boolean;
}

interface Asked {
  registryUrl: URL;
  /** As messages name it: `ghcr.io`. */
  registry: string;
  scopes: readonly Scope[];
  credentials: Credentials | undefined;
}

/**
 * What to send after a registry's 401: Basic, or a Bearer token for these scopes alone, whatever the challenge asks for
 * (distribution specification, token authentication). Throws `RegistryLoginRefused` and the errors of `exchange`.
 */
export async function authorizationFor(
  challenge: string | null,
  asked: Asked,
  options: HttpOptions,
): Promise<Authorization> {
  const { registryUrl, registry, credentials } = asked;
  const challenges = parseChallenges(challenge ?? '');
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) {
    const token = await tokenFor(bearer.parameters, asked, options);
    return { header: `Bearer ${token}`, hasLogin: credentials !== undefined };
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic')) {
    throw new RegistryDistrusted(
      'registry-challenge',
      `${registryUrl.origin} asks for neither Basic nor Bearer login.`,
    );
  }
  if (credentials === undefined) throw new RegistryLoginRefused(registry, false);
  if ('identityToken' in credentials) {
    throw new UsageError('registry-identity-token', `${registry} takes a password, and an identity token is stored.`, {
      next: `Run docker login ${registry} with a user and password or access token.`,
    });
  }
  return { header: basicHeader(credentials), hasLogin: true };
}

async function tokenFor(
  { realm = '', service }: Partial<Record<string, string>>,
  { registryUrl, registry, scopes, credentials }: Asked,
  options: HttpOptions,
): Promise<string> {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !isAsSafe(registryUrl, url) || url.username !== '' || url.password !== '') {
    throw new RegistryDistrusted(
      'registry-challenge',
      `${registryUrl.origin} names a token service that is not https.`,
    );
  }
  const names = scopes.map(({ name, actions }) => `repository:${name}:${actions}`);
  const hasIdentityToken = credentials !== undefined && 'identityToken' in credentials;
  const answer = await (hasIdentityToken
    ? refresh(url, { service, names, refreshToken: credentials.identityToken }, options)
    : request(url, { service, names, authorization: credentials && basicHeader(credentials) }, options));
  // OAuth2 says 400 invalid_grant of a refresh token that counts no more.
  const isRefused = answer.status === 401 || (answer.status === 400 && hasIdentityToken);
  if (isRefused) throw new RegistryLoginRefused(registry, credentials !== undefined);
  if (answer.status === 403) throw new RegistryForbidden(`a token for ${names.join(' ')}`);
  if (answer.status !== 200) throw new RegistryStatusError('the request for a token', answer.status);
  return tokenIn(answer.body, url.origin);
}

interface TokenRequest {
  service: string | undefined;
  names: readonly string[];
}

/** With user and password, or as nobody. */
function request(
  realm: URL,
  { service, names, authorization }: TokenRequest & { authorization: string | undefined },
  options: HttpOptions,
): Promise<HttpAnswer> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.delete('scope');
  for (const name of names) url.searchParams.append('scope', name);
  return exchange({ method: 'GET', url, headers: {}, authorization }, options);
}

/** With an identity token: OAuth2's refresh_token, where the scopes stand in one parameter. */
function refresh(
  url: URL,
  { service, names, refreshToken }: TokenRequest & { refreshToken: string },
  options: HttpOptions,
): Promise<HttpAnswer> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'odoo-gate',
    ...(service === undefined ? {} : { service }),
    scope: names.join(' '),
    refresh_token: refreshToken,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  // Some services take each refresh token once.
  return exchange({ method: 'POST', url, headers, body: form.toString(), once: true }, options);
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

function basicHeader({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
