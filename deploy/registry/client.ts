import { z } from 'zod';
import { type Actions, type Authorization, authorizationFor } from './authorization.ts';
import { RegistryDistrusted, RegistryForbidden, RegistryLoginRefused, RegistryStatusError } from './errors.ts';
import { exchange, type HttpAnswer, type HttpOptions, type HttpRequest, isLoopback } from './http.ts';
import { ACCEPTED_MANIFESTS, type Manifest, readManifest } from './manifest.ts';
import { type Digest, formatRepository, isDigest, type Repository } from './reference.ts';

/**
 * One repository in an OCI registry. Absent is an answer (undefined), and only when the registry says so in its own
 * words; 401, 403, 429, 5xx and broken connections throw the typed errors of `errors.ts`.
 */
export interface RegistryClient {
  /** The manifest of a tag or digest, hashed and compared with what the registry calls it. */
  getManifest(reference: string): Promise<Manifest | undefined>;
  /** What the registry says the digest of a tag is; its bytes are not looked at. */
  headManifest(reference: string): Promise<Digest | undefined>;
  /** Points a tag at a manifest of this repository; no blob moves. */
  putManifest(tag: string, manifest: Manifest): Promise<void>;
  /** All tags, in no order. */
  listTags(): Promise<string[]>;
}

/** A client for a repository: https, or http on loopback. Logs in with what `docker login` stored, when asked. */
export function connectRegistry(repository: Repository, options: HttpOptions = {}): RegistryClient {
  const registryUrl = baseUrl(repository.registry);
  const base = `/v2/${repository.name}`;
  const authorizations = new Map<Actions, Authorization>();

  async function send(
    request: Omit<HttpRequest, 'url' | 'authorization'>,
    path: string,
    actions: Actions,
  ): Promise<HttpAnswer> {
    const url = new URL(path, registryUrl);
    let answer = await exchange({ ...request, url, authorization: authorizations.get(actions)?.header }, options);
    if (answer.status === 401) {
      // Another host must not say where the login for this one is sent.
      if (answer.origin !== registryUrl.origin) {
        throw new RegistryDistrusted(
          'registry-challenge',
          `${answer.origin} asks for the login of ${registryUrl.origin}.`,
        );
      }
      const challenge = answer.headers.get('www-authenticate');
      const authorization = await authorizationFor(challenge, { registryUrl, repository, actions }, options);
      authorizations.set(actions, authorization);
      answer = await exchange({ ...request, url, authorization: authorization.header }, options);
      if (answer.status === 401) throw new RegistryLoginRefused(repository.registry, authorization.hasLogin);
    }
    const what = `${request.method} ${path.split('?')[0]}`;
    if (answer.status === 403) throw new RegistryForbidden(`${what} in ${formatRepository(repository)}`);
    return answer;
  }

  async function getManifest(reference: string): Promise<Manifest | undefined> {
    const path = `${base}/manifests/${reference}`;
    const answer = await send({ method: 'GET', headers: MANIFEST_HEADERS }, path, 'pull');
    if (saysAbsent(answer)) return undefined;
    if (answer.status !== 200) throw new RegistryStatusError(`GET ${path}`, answer.status, errorCodes(answer));
    const manifest = readManifest(answer.body, answer.headers.get('content-type'));
    const claimed = isDigest(reference) ? reference : answer.headers.get(DIGEST_HEADER);
    if (claimed !== null && claimed !== manifest.digest) {
      throw new RegistryDistrusted(
        'registry-digest',
        `The registry sent ${path} with other bytes than its digest says.`,
      );
    }
    return manifest;
  }

  async function headManifest(reference: string): Promise<Digest | undefined> {
    const path = `${base}/manifests/${reference}`;
    const answer = await send({ method: 'HEAD', headers: MANIFEST_HEADERS }, path, 'pull');
    const digest = answer.headers.get(DIGEST_HEADER);
    // A 404 without a body may be any web server's, and not every registry sends the header: ask for the whole.
    if (answer.status === 404 || (answer.status === 200 && digest === null)) {
      return (await getManifest(reference))?.digest;
    }
    if (answer.status !== 200) throw new RegistryStatusError(`HEAD ${path}`, answer.status);
    if (digest !== null && isDigest(digest)) return digest;
    throw new RegistryDistrusted('registry-digest', `The registry names ${path} by something that is not a digest.`);
  }

  async function putManifest(tag: string, { bytes, mediaType, digest }: Manifest): Promise<void> {
    const path = `${base}/manifests/${tag}`;
    const answer = await send(
      { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes },
      path,
      'pull,push',
    );
    if (answer.status < 200 || answer.status > 299) {
      throw new RegistryStatusError(`PUT ${path}`, answer.status, errorCodes(answer));
    }
    const stored = answer.headers.get(DIGEST_HEADER);
    if (stored !== null && stored !== digest) {
      throw new RegistryDistrusted('registry-digest', `The registry stored ${path} under another digest.`);
    }
  }

  async function listTags(): Promise<string[]> {
    const tags = new Set<string>();
    const visited = new Set<string>();
    let path: string | undefined = `${base}/tags/list?n=100`;
    while (path !== undefined) {
      if (visited.has(path))
        throw new RegistryDistrusted('registry-answer', 'The registry lists its tags in a circle.');
      visited.add(path);
      const answer = await send({ method: 'GET', headers: {} }, path, 'pull');
      if (saysAbsent(answer)) return [];
      if (answer.status !== 200) throw new RegistryStatusError(`GET ${path}`, answer.status, errorCodes(answer));
      const page = TAGS.safeParse(parseJson(answer.body));
      if (!page.success)
        throw new RegistryDistrusted('registry-answer', 'The registry sent a list of tags that is none.');
      for (const tag of page.data.tags ?? []) tags.add(tag);
      path = nextPage(answer.headers.get('link'), new URL(path, registryUrl));
    }
    return [...tags];
  }

  return { getManifest, headManifest, putManifest, listTags };
}

const DIGEST_HEADER = 'docker-content-digest';
// Compressed on the way, a proxy could hand out bytes that are hard to compare.
const MANIFEST_HEADERS = { accept: ACCEPTED_MANIFESTS, 'accept-encoding': 'identity' };
const TAGS = z.object({ tags: z.array(z.string()).nullish() });
const ERRORS = z.object({ errors: z.array(z.object({ code: z.string() })) });

function baseUrl(registry: string): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const http = new URL(`http://${host}`);
  return isLoopback(http) ? http : new URL(`https://${host}`);
}

/** A 404 whose every error code means "not there"; a web server's own 404 page is none. */
function saysAbsent(answer: HttpAnswer): boolean {
  const codes = errorCodes(answer);
  return answer.status === 404 && codes.length > 0 && codes.every((code) => /_UNKNOWN$|^NOT_?FOUND$/.test(code));
}

function errorCodes({ body }: HttpAnswer): string[] {
  const parsed = ERRORS.safeParse(parseJson(body));
  if (!parsed.success) return [];
  return parsed.data.errors.map(({ code }) => (/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unreadable code'));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The path of `Link: <…>; rel="next"`. Throws when it leads to another origin: the login would go with it. */
function nextPage(link: string | null, current: URL): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const next = URL.canParse(target, current) ? new URL(target, current) : undefined;
  if (next === undefined || next.origin !== current.origin) {
    throw new RegistryDistrusted('registry-redirect', "The registry's list of tags goes on at another host.");
  }
  return `${next.pathname}${next.search}`;
}
