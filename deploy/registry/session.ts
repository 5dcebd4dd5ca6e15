import { type Authorization, authorizationFor, type Scope } from './authorization.ts';
import { type Credentials, storedCredentials } from './credentials.ts';
import { RegistryDistrusted, RegistryForbidden, RegistryLoginRefused } from './errors.ts';
import { exchange, type HttpAnswer, type HttpOptions, type HttpRequest, isLoopback } from './http.ts';
import { isChunks } from './http-request.ts';
import { formatRepository, type Repository } from './reference.ts';

interface RegistryRequest extends Omit<HttpRequest, 'url' | 'authorization' | 'headers'> {
  /** Path and query at the registry. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  actions: Scope['actions'];
  /** Another repository of the registry that has to be read too. */
  alsoPull?: string;
}

/** Requests to one repository, logged in as the registry asks for it. */
export interface Session {
  repository: Repository;
  /** `/v2/acme/odoo`. */
  base: string;
  /** The registry's own address. */
  url: URL;
  options: HttpOptions;
  /** Throws `RegistryForbidden` (403), `RegistryLoginRefused` (401); what else it is, the caller has to judge. */
  send(request: RegistryRequest): Promise<HttpAnswer>;
}

/** https, or http on loopback. Logs in with what `docker login` stored, once the registry asks. */
export function openSession(repository: Repository, options: HttpOptions): Session {
  const url = baseUrl(repository.registry);
  const authorizations = new Map<string, Authorization>();
  let stored: Promise<Credentials | undefined> | undefined;

  async function authorize(answer: HttpAnswer, scopes: readonly Scope[]): Promise<Authorization> {
    // Another host must not say where the login for this one is sent.
    if (answer.origin !== url.origin) {
      throw new RegistryDistrusted('registry-challenge', `${answer.origin} asks for the login of ${url.origin}.`);
    }
    stored ??= storedCredentials(repository.registry, options.signal ? { signal: options.signal } : {});
    const asked = { registryUrl: url, registry: repository.registry, scopes, credentials: await stored };
    return authorizationFor(answer.headers.get('www-authenticate'), asked, options);
  }

  async function send({ path, actions, alsoPull, headers = {}, ...rest }: RegistryRequest): Promise<HttpAnswer> {
    const request = { ...rest, headers, url: new URL(path, url) };
    const scopes: Scope[] = [{ name: repository.name, actions }];
    if (alsoPull !== undefined) scopes.push({ name: alsoPull, actions: 'pull' });
    const key = JSON.stringify(scopes);
    let answer = await exchange({ ...request, authorization: authorizations.get(key)?.header }, options);
    if (answer.status === 401) {
      authorizations.delete(key);
      const authorization = await authorize(answer, scopes);
      authorizations.set(key, authorization);
      // Chunks are gone once sent: whoever has them sends them anew.
      if (isChunks(request.body)) return answer;
      answer = await exchange({ ...request, authorization: authorization.header }, options);
      if (answer.status === 401) throw new RegistryLoginRefused(repository.registry, authorization.hasLogin);
    }
    if (answer.status === 403) {
      throw new RegistryForbidden(`${request.method} ${path.split('?')[0]} in ${formatRepository(repository)}`);
    }
    return answer;
  }

  return { repository, base: `/v2/${repository.name}`, url, options, send };
}

function baseUrl(registry: string): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const http = new URL(`http://${host}`);
  return isLoopback(http) ? http : new URL(`https://${host}`);
}
