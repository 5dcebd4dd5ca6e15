import { setTimeout as delay } from 'node:timers/promises';
import { networkFailureOf } from '../../harness/network/failure.ts';
import { RegistryDistrusted, RegistryTimeout, RegistryTlsError, RegistryUnreachable } from './errors.ts';

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'PUT';
  url: URL;
  headers: Readonly<Record<string, string>>;
  authorization?: string | undefined;
  body?: Uint8Array<ArrayBuffer>;
}

export interface HttpAnswer {
  /** Who answered, after redirects. */
  origin: string;
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
}

export interface HttpOptions {
  /** For one try; 30 000 unless told. */
  timeoutMs?: number;
  /** Before the first repetition, doubled from there; 250 unless told. */
  retryDelayMs?: number;
  signal?: AbortSignal;
}

const TRIES = 4;
const LONGEST_WAIT_MS = 30_000;
const REDIRECTS = 3;
// The distribution specification lets a registry refuse larger manifests.
const LARGEST_BODY = 4 * 1024 * 1024;

/**
 * One exchange, whole body included. Network errors, 408, 429 and 5xx are repeated up to three times with jitter,
 * Retry-After obeyed up to 30 s; the last answer is returned whatever its status. Redirects of GET and HEAD are
 * followed without Authorization to another origin, and never from https to http.
 */
export async function exchange(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  for (let tried = 1; ; tried += 1) {
    let waitMs = (options.retryDelayMs ?? 250) * 2 ** (tried - 1) * (0.5 + Math.random());
    try {
      const answer = await followRedirects(request, options);
      const wanted = retryAfterMs(answer);
      if (!isPassing(answer.status) || tried === TRIES || wanted > LONGEST_WAIT_MS) return answer;
      waitMs = Math.max(waitMs, wanted);
    } catch (error) {
      if (!(error instanceof RegistryUnreachable) || tried === TRIES) throw error;
    }
    await delay(waitMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
    options.signal?.throwIfAborted();
  }
}

/** Plain http is for this machine alone. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
}

/** Whether what `from` may see may go to `to`: https, or http when both are on this machine. */
export function isAsSafe(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && isLoopback(from) && isLoopback(to));
}

async function followRedirects(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  let current = request;
  for (let followed = 0; ; followed += 1) {
    const answer = await once(current, options);
    const location = answer.headers.get('location');
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.status);
    if (!isRedirect || location === null || current.method === 'PUT') return answer;
    const url = URL.canParse(location, current.url) ? new URL(location, current.url) : undefined;
    if (followed === REDIRECTS || url === undefined || !isAsSafe(current.url, url)) {
      const why = followed === REDIRECTS ? 'too often' : 'to an address that is not safe to follow';
      throw new RegistryDistrusted('registry-redirect', `${current.url.origin} redirects ${why}.`);
    }
    const { authorization, ...rest } = current;
    current = { ...rest, url, ...(url.origin === current.url.origin ? { authorization } : {}) };
  }
}

async function once({ method, url, headers, authorization, body }: HttpRequest, options: HttpOptions) {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'odoo-gate', ...headers, ...(authorization ? { authorization } : {}) },
      body: body ?? null,
      redirect: 'manual',
      signal: options.signal ? AbortSignal.any([timeout, options.signal]) : timeout,
    });
    const { status, headers: received } = response;
    return { origin: url.origin, status, headers: received, body: await boundedBody(response, url) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) throw new RegistryTimeout(url.origin, timeoutMs);
    if (error instanceof RegistryDistrusted) throw error;
    const { kind, code } = networkFailureOf(error);
    throw kind === 'tls' ? new RegistryTlsError(url.origin, code) : new RegistryUnreachable(url.origin, code);
  }
}

async function boundedBody(response: Response, url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (size > LARGEST_BODY) {
      throw new RegistryDistrusted('registry-answer', `${url.origin} sent more than ${LARGEST_BODY} bytes.`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function retryAfterMs({ headers }: HttpAnswer): number {
  const text = headers.get('retry-after');
  if (text === null) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
