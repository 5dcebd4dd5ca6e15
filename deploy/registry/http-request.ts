import { networkFailureOf } from '../../harness/network/failure.ts';
import { RegistryDistrusted, RegistryTimeout, RegistryTlsError, RegistryUnreachable } from './errors.ts';
import type { Chunks, HttpAnswer, HttpOptions, HttpRequest } from './http.ts';
import { type StallWatch, watchStall } from './stall-watch.ts';

// The distribution specification lets a registry refuse larger manifests.
const LARGEST_BODY = 4 * 1024 * 1024;
/** How many times longer a server may take to put away what was streamed to it. */
const STORING = 10;

/** Only so does fetch not keep a second copy of the whole body (Fetch standard, HTTP-network-or-cache fetch). */
const UNCLONED = { redirect: 'error', window: null } as const;

/** One request and its answer: no repetition, no redirect followed. Throws the typed errors of a connection. */
export async function ask(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const { method, url, headers, authorization, body, streamed = false } = request;
  const watch = watchStall(options.timeoutMs ?? 30_000, options.signal);
  let leftToRead = false;
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'odoo-gate', ...headers, ...(authorization ? { authorization } : {}) },
      signal: watch.signal,
      ...(isChunks(body)
        ? { body: toStream(watchSent(body, watch)), duplex: 'half', ...UNCLONED }
        : { body: body ?? null, redirect: 'manual' }),
    });
    const answer = { origin: url.origin, status: response.status, headers: response.headers };
    leftToRead = streamed && response.status === 200;
    if (!leftToRead) return { ...answer, body: await boundedBody(response, url) };
    return { ...answer, body: new Uint8Array(), stream: watchReceived(response, url, watch, options) };
  } catch (error) {
    throw failureOf(error, url, watch, options);
  } finally {
    if (!leftToRead) watch.stop();
  }
}

/** The receiver's time runs only while it has something to take. */
async function* watchSent(chunks: Chunks, watch: StallWatch): Chunks {
  watch.stop();
  for await (const chunk of chunks) {
    watch.start();
    yield chunk;
    watch.stop();
  }
  watch.start(STORING);
}

function toStream(chunks: Chunks): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** The sender's time runs only while it is waited for. */
async function* watchReceived(response: Response, url: URL, watch: StallWatch, options: HttpOptions): Chunks {
  try {
    watch.start();
    for await (const chunk of response.body ?? []) {
      watch.stop();
      yield chunk;
      watch.start();
    }
  } catch (error) {
    throw failureOf(error, url, watch, options);
  } finally {
    watch.stop();
  }
}

function failureOf(error: unknown, url: URL, watch: StallWatch, { signal }: HttpOptions): unknown {
  if (signal?.aborted) return signal.reason;
  if (watch.stalled()) return new RegistryTimeout(url.origin, watch.timeoutMs);
  if (error instanceof RegistryDistrusted) return error;
  if (error instanceof Error && error.cause instanceof Error && error.cause.message === 'unexpected redirect') {
    return new RegistryDistrusted('registry-redirect', `${url.origin} redirects an upload.`);
  }
  const { kind, code } = networkFailureOf(error);
  return kind === 'tls' ? new RegistryTlsError(url.origin, code) : new RegistryUnreachable(url.origin, code);
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

export function isChunks(body: HttpRequest['body']): body is Chunks {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}
