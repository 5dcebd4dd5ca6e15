import { setTimeout as delay } from 'node:timers/promises';
import { RegistryDistrusted, RegistryUnreachable } from './errors.ts';
import { ask, isChunks } from './http-request.ts';

export type Chunks = AsyncIterable<Uint8Array<ArrayBuffer>>;

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  url: URL;
  headers: Readonly<Record<string, string>>;
  authorization?: string | undefined;
  /** Chunks can be sent once only, so such a request is never repeated. */
  body?: Uint8Array<ArrayBuffer> | string | Chunks;
  /** Must not be done twice: repeated only where the server says that it did nothing (429, 503). */
  once?: boolean;
  /** Leave the body of a 200 to be read as it comes. */
  streamed?: boolean;
}

export interface HttpAnswer {
  /** Who answered, after redirects. */
  origin: string;
  status: number;
  headers: Headers;
  /** Empty where the body is left to be read. */
  body: Uint8Array<ArrayBuffer>;
  /** The body of a 200, where it was asked for as a stream. It fails as `exchange` does. */
  stream?: Chunks;
}

export interface HttpOptions {
  /** For one try, or, where bytes stream, for the next of them; 30 000 unless told. */
  timeoutMs?: number;
  /** Before the first repetition, doubled from there; 250 unless told. */
  retryDelayMs?: number;
  signal?: AbortSignal;
}

const TRIES = 4;
const LONGEST_WAIT_MS = 30_000;
const REDIRECTS = 3;

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
      if (!mayRepeat(request, answer.status) || tried === TRIES || wanted > LONGEST_WAIT_MS) return answer;
      waitMs = Math.max(waitMs, wanted);
    } catch (error) {
      if (!(error instanceof RegistryUnreachable) || !mayRepeat(request) || tried === TRIES) throw error;
    }
    await pause(waitMs, options);
  }
}

/** Waits, unless called off. */
export async function pause(ms: number, { signal }: HttpOptions): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => {});
  signal?.throwIfAborted();
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
    const answer = await ask(current, options);
    const location = answer.headers.get('location');
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.status);
    if (!isRedirect || location === null || !['GET', 'HEAD'].includes(current.method)) return answer;
    const url = URL.canParse(location, current.url) ? new URL(location, current.url) : undefined;
    if (followed === REDIRECTS || url === undefined || !isAsSafe(current.url, url)) {
      const why = followed === REDIRECTS ? 'too often' : 'to an address that is not safe to follow';
      throw new RegistryDistrusted('registry-redirect', `${current.url.origin} redirects ${why}.`);
    }
    const { authorization, ...rest } = current;
    current = { ...rest, url, ...(url.origin === current.url.origin ? { authorization } : {}) };
  }
}

/** Without a status the answer was lost. */
function mayRepeat({ body, once = false }: HttpRequest, status?: number): boolean {
  if (isChunks(body)) return false;
  if (once) return status === 429 || status === 503;
  return status === undefined || isPassing(status);
}

/** Another try may do better. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function retryAfterMs({ headers }: HttpAnswer): number {
  const text = headers.get('retry-after');
  if (text === null) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
