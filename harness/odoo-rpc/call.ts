import xmlrpc from 'xmlrpc';
import { z } from 'zod';
import { networkFailureOf } from '../network/failure.ts';
import { type Fault, isVoidReply, mapFault, type Operation } from './fault.ts';
import { marshal } from './marshal.ts';
import { OdooNotXmlRpc, OdooTimeout, OdooTlsError, OdooUnreachable } from './transport-errors.ts';

export interface Endpoint {
  /** Where Odoo's pages begin; `http:` or `https:`. */
  url: URL;
  /** For one call, until its whole reply is here. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/**
 * One XML-RPC call, never repeated. Resolves with the reply as it came, null for a method that returned None.
 * Throws `NotMarshallable` before sending, and the typed errors of this folder; an abort by `signal` throws its reason.
 */
export async function callXmlRpc(
  endpoint: Endpoint,
  service: 'common' | 'object',
  method: string,
  params: readonly unknown[],
  operation: Operation,
): Promise<unknown> {
  const values = params.map((value, index) => marshal(value, nameOfParameter(service, index)));
  const timeout = AbortSignal.timeout(endpoint.timeoutMs);
  const failed = new AbortController();
  const signal = AbortSignal.any([timeout, failed.signal, ...(endpoint.signal ? [endpoint.signal] : [])]);
  try {
    return await send(clientFor(endpoint.url, service, signal), method, values, signal);
  } catch (error) {
    // Stops a reply that is still streaming in.
    failed.abort();
    endpoint.signal?.throwIfAborted();
    if (timeout.aborted) throw new OdooTimeout(operation.name, endpoint.timeoutMs);
    const fault = FAULT.safeParse(error);
    if (!fault.success) throw transportError(error, endpoint.url.origin);
    if (isVoidReply(fault.data)) return null;
    throw mapFault(fault.data, operation);
  }
}

const FAULT: z.ZodType<Fault> = z.object({ faultCode: z.union([z.int(), z.string()]), faultString: z.string() });

/** The `xmlrpc` package never calls back when aborted in some states, so the signal settles the promise itself. */
function send(client: xmlrpc.Client, method: string, values: unknown[], signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    client.methodCall(method, values, (error, value) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve(value);
    });
  });
}

/** A client a call: it is only a bag of options, and each call has its own signal. */
function clientFor(url: URL, service: string, signal: AbortSignal): xmlrpc.Client {
  const options: Exclude<Parameters<typeof xmlrpc.createClient>[0], string> & { signal: AbortSignal } = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    path: `${url.pathname.replace(/\/+$/, '')}/xmlrpc/2/${service}`,
    signal,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
  };
  return url.protocol === 'https:' ? xmlrpc.createSecureClient(options) : xmlrpc.createClient(options);
}

/** Never the original error: it holds the request with its parameters, the password among them. */
function transportError(error: unknown, origin: string): Error {
  const { kind, code } = networkFailureOf(error);
  const status = (error as { res?: { statusCode?: number } }).res?.statusCode;
  if (status !== undefined && code === 'unknown') return new OdooNotXmlRpc(origin, status);
  return kind === 'tls' ? new OdooTlsError(origin, code) : new OdooUnreachable(origin, code);
}

function nameOfParameter(service: 'common' | 'object', index: number): string {
  const names =
    service === 'common'
      ? ['database', 'login', 'password']
      : ['database', 'user', 'password', 'model', 'method', 'args', 'kwargs'];
  return names[index] ?? `parameter ${index + 1}`;
}
