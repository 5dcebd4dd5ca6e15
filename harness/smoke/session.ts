import { z } from 'zod';
import { InfrastructureError, messageOf } from '../errors.ts';
import type { SmokeSettings } from './settings.ts';

const OpenSession = z.object({
  state: z.literal('open'),
  /** The value of the cookie `session_id`. */
  cookie: z.string().min(1),
  userId: z.number().int().positive(),
  /** Odoo's major version. */
  version: z.number().int(),
});
const RefusedSession = z.object({ state: z.literal('refused'), reason: z.string() });

/** A signed-in session, or why there is none. */
export const Session = z.discriminatedUnion('state', [OpenSession, RefusedSession]);
export type Session = z.infer<typeof Session>;
export type OpenSession = z.infer<typeof OpenSession>;

/** The session that global-setup.ts opened for this run. */
export function readSession(environment: NodeJS.ProcessEnv = process.env): Session {
  return Session.parse(JSON.parse(environment.ODOO_GATE_SMOKE_SESSION ?? 'null'));
}

const Reply = z.object({
  result: z.unknown().optional(),
  error: z.object({ data: z.object({ name: z.string() }).partial().optional() }).optional(),
});
const SessionInfo = z.object({
  uid: z.union([z.number().int(), z.literal(false), z.null()]),
  server_version_info: z
    .tuple([z.union([z.number(), z.string()])])
    .rest(z.unknown())
    .optional(),
});

type Server = Pick<SmokeSettings, 'url'>;

/**
 * Signs in by `/web/session/authenticate` (Odoo 14 to 19). Wrong credentials give a refused session;
 * throws `InfrastructureError` `odoo-unreachable` when no Odoo answers and `odoo-database` when the database does not open.
 */
export async function openSession(
  settings: Pick<SmokeSettings, 'url' | 'database' | 'login' | 'password'>,
): Promise<Session> {
  const { database: db, login, password } = settings;
  const response = await post(settings, '/web/session/authenticate', { db, login, password });
  const { result, error } = await replyOf(response);
  if (error) {
    if (error.data?.name?.endsWith('.AccessDenied')) return { state: 'refused', reason: 'wrong login or password' };
    throw new InfrastructureError('odoo-database', `Odoo can't open a session on the database "${db}".`, {
      next: `Check the database's name, and Odoo's log for ${error.data?.name ?? 'the error'}.`,
    });
  }
  const info = SessionInfo.safeParse(result).data;
  if (!info?.uid) return { state: 'refused', reason: 'the login needs more than a password (two-factor)' };
  const cookie = response.headers
    .getSetCookie()
    .map((each) => /^session_id=([^;]+)/.exec(each)?.[1])
    .find((value) => value !== undefined);
  // saas versions read `saas~18` in the first place.
  const version = Number(/\d+/.exec(String(info.server_version_info?.[0]))?.[0]);
  const session = OpenSession.safeParse({ state: 'open', cookie, userId: info.uid, version });
  if (!session.success) throw notOdoo(settings.url);
  return session.data;
}

/** Ends the session on the server: a cookie left in a trace opens nothing. Best effort. */
export async function closeSession(server: Server, session: OpenSession): Promise<void> {
  await post(server, '/web/session/destroy', {}, session).catch(() => {});
}

/** One JSON-RPC call in the session. Errors name the exception's class, never its message: that may quote a record. */
export async function call(
  server: Server,
  session: OpenSession,
  path: string,
  params: Record<string, unknown>,
): Promise<unknown> {
  const { result, error } = await replyOf(await post(server, path, params, session));
  if (error) throw new Error(`${path} answered with ${error.data?.name ?? 'an error'}`);
  return result;
}

/** A GET in the session, read as JSON. */
export async function getJson(server: Server, session: OpenSession, path: string): Promise<unknown> {
  const response = await request(server, path, { headers: { Cookie: `session_id=${session.cookie}` } });
  if (!response.ok) throw new Error(`${path} answered with HTTP ${response.status}`);
  return response.json();
}

async function post(server: Server, path: string, params: object, session?: OpenSession): Promise<Response> {
  return request(server, path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(session && { Cookie: `session_id=${session.cookie}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', params }),
  });
}

async function request({ url }: Server, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(path, url), { ...init, redirect: 'manual', signal: AbortSignal.timeout(60_000) });
  } catch (cause) {
    const why = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new InfrastructureError('odoo-unreachable', `Odoo at ${url.host} does not answer: ${why}`, {
      next: 'Check that Odoo runs there and that the address is right.',
      cause,
    });
  }
}

async function replyOf(response: Response): Promise<z.infer<typeof Reply>> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = Reply.safeParse(body);
  if (!response.ok || !parsed.success) throw notOdoo(new URL(response.url), response.status);
  return parsed.data;
}

function notOdoo(url: URL, status?: number): InfrastructureError {
  const answer =
    status === undefined ? 'answers unlike Odoo' : `answers ${url.pathname} with HTTP ${status}, unlike Odoo`;
  return new InfrastructureError('odoo-unreachable', `The server at ${url.host} ${answer}.`, {
    next: "Check the address, and whether Odoo's log shows why it can't serve.",
  });
}
