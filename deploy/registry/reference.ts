import { UsageError } from '../../harness/errors.ts';

export type Digest = `sha256:${string}`;

/** Where an image's versions are kept. */
export interface Repository {
  /** Host and, if given, port: `ghcr.io`, `localhost:5000`, `docker.io`. */
  registry: string;
  /** `acme/odoo`. */
  name: string;
}

export interface Reference {
  repository: Repository;
  tag?: string;
  digest?: Digest;
}

/**
 * Reads `[host[:port]/]name[:tag][@digest]` by the grammar of the OCI distribution specification 1.1 and Docker's
 * defaults: without a host it is `docker.io`, one word there is `library/word`. Throws `UsageError`.
 */
export function parseReference(text: string): Reference {
  const [rest = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw bad(text, 'has more than one "@"');
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  const path = hasTag ? rest.slice(0, colon) : rest;
  return {
    repository: splitHost(path, text),
    ...(hasTag ? { tag: parseTag(rest.slice(colon + 1)) } : {}),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

/** A repository alone. Throws `UsageError`, also for one with a tag or digest. */
export function parseRepository(text: string): Repository {
  const { repository, tag, digest } = parseReference(text);
  if (tag !== undefined || digest !== undefined) {
    throw bad(text, 'names a tag or digest; give the repository alone');
  }
  return repository;
}

/** A tag as the OCI specification allows it. Throws `UsageError`. */
export function parseTag(text: string): string {
  if (isTag(text)) return text;
  throw new UsageError('image-tag', `${show(text)} is not a tag.`, {
    next: 'A tag has 1 to 128 letters, digits, "_", "." or "-", and starts with none of the last two.',
  });
}

/** A manifest's digest; only sha256, which every registry speaks. Throws `UsageError`. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new UsageError('image-digest', `${show(text)} is not a digest.`, {
    next: 'A digest is "sha256:" and 64 hexadecimal digits in lower case.',
  });
}

export function isTag(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text);
}

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

export function formatRepository({ registry, name }: Repository): string {
  return `${registry}/${name}`;
}

function splitHost(path: string, whole: string): Repository {
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  const isHost = first === 'localhost' || /[.:[]/.test(first);
  const registry = isHost ? normalizeHost(first, whole) : 'docker.io';
  const rest = isHost ? path.slice(slash + 1) : path;
  const name = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  if (name.length > 255) throw bad(whole, 'has a name of more than 255 characters');
  if (!new RegExp(`^${component}(?:/${component})*$`).test(name)) {
    throw bad(whole, 'has a name that is not lower-case letters and digits, joined by ".", "_", "-" and "/"');
  }
  return { registry, name };
}

function normalizeHost(host: string, whole: string): string {
  const match = /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::(\d{1,5}))?$/i.exec(host);
  const port = Number(match?.[2] ?? 1);
  if (match === null || port < 1 || port > 65_535 || !URL.canParse(`https://${host}`)) {
    throw bad(whole, 'has a registry that is not HOST or HOST:PORT');
  }
  const registry = host.toLowerCase();
  return ['index.docker.io', 'registry-1.docker.io'].includes(registry) ? 'docker.io' : registry;
}

function bad(text: string, what: string): UsageError {
  return new UsageError('image-reference', `The image ${show(text)} ${what}.`, {
    next: 'Give it as HOST[:PORT]/NAME, for example ghcr.io/acme/odoo or localhost:5000/odoo.',
  });
}

/** A mistyped reference may hold a password (`user:pass@host`), and any may be long. */
function show(text: string): string {
  const masked = text.replace(/^([a-z]+:\/\/)?[^/@]*@(?!sha256:)/i, '$1***@');
  return JSON.stringify(masked.length > 150 ? `${masked.slice(0, 150)}…` : masked);
}
