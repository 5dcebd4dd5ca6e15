import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { OdooLoginRefused } from './access-errors.ts';
import { callXmlRpc, type Endpoint } from './call.ts';
import type { Operation } from './fault.ts';
import type { RpcValue } from './marshal.ts';
import { OdooRecordMissing, OdooUnexpectedReply } from './server-errors.ts';
import { OdooUnreachable } from './transport-errors.ts';

export interface OdooConnection {
  url: URL;
  database: string;
  login: string;
  password: string;
  /** For one call; 30 000 unless told. */
  timeoutMs?: number;
  /** Ends every call of this client. */
  signal?: AbortSignal;
}

interface OdooVersion {
  /** `19.0`. */
  series: string;
  major: number;
  /** What the server calls itself: `19.0-20250918`. */
  full: string;
}

/** Records as the schema says, each with its id. */
type Records<Shape extends z.ZodRawShape> = (z.output<z.ZodObject<Shape>> & { id: number })[];

type Kwargs = Readonly<Record<string, RpcValue>>;

/**
 * One user on one database of one server. Every call throws the typed errors of this folder; none of them holds
 * the password. Reads are repeated when the network breaks (twice), writes never: they may have been done.
 */
export interface OdooClient {
  /** Needs no login. */
  version(): Promise<OdooVersion>;
  /** The user's id. The other calls log in by themselves. Throws `OdooLoginRefused`. */
  login(): Promise<number>;
  /** The reply as it came; null for a method that returns None. Validate it before use. */
  executeKw(model: string, method: string, args: readonly RpcValue[], kwargs?: Kwargs): Promise<unknown>;
  /** All matching records by ascending id, read in pages; the schema's keys are the fields read. `limit` caps them. */
  searchRead<Shape extends z.ZodRawShape>(
    model: string,
    domain: readonly RpcValue[],
    record: z.ZodObject<Shape>,
    options?: { limit?: number; context?: Kwargs },
  ): Promise<Records<Shape>>;
  /** Exactly these records; one that is not there throws `OdooRecordMissing`. */
  read<Shape extends z.ZodRawShape>(
    model: string,
    ids: readonly number[],
    record: z.ZodObject<Shape>,
  ): Promise<Records<Shape>>;
  searchCount(model: string, domain: readonly RpcValue[]): Promise<number>;
  /** The new record's id. */
  create(model: string, values: Kwargs): Promise<number>;
}

const READS = new Set(['search', 'search_read', 'search_count', 'read', 'read_group', 'name_search', 'fields_get']);
const PAUSES_MS = [200, 800];
// The xmlrpc package parses on the event loop: about 50 µs a value.
const PAGE = 1000;

/** A client for Odoo's XML-RPC (all versions until 21). Connects on the first call. Throws `UsageError` for a bad URL. */
export function connectOdoo(connection: OdooConnection): OdooClient {
  const { url, database, login: user, password, timeoutMs = 30_000, signal } = connection;
  assertUsable(url);
  const endpoint: Endpoint = { url, timeoutMs, ...(signal ? { signal } : {}) };
  const secret = password;
  let userId: Promise<number> | undefined;

  async function version(): Promise<OdooVersion> {
    const operation = { name: 'version', database };
    const reply = await withRetries(() => callXmlRpc(endpoint, 'common', 'version', [], operation), signal);
    const { server_version: full, server_serie: series } = parse(VERSION, reply, operation.name);
    return { series, full, major: Number.parseInt(series.replace(/^saas~/, ''), 10) };
  }

  async function authenticate(): Promise<number> {
    const operation: Operation = { name: 'the login', database, secret };
    const params = [database, user, password, {}];
    const reply = await withRetries(() => callXmlRpc(endpoint, 'common', 'authenticate', params, operation), signal);
    const id = parse(z.union([z.int().positive(), z.literal(false)]), reply, operation.name);
    if (id === false) throw new OdooLoginRefused(user, database);
    return id;
  }

  function login(): Promise<number> {
    userId ??= authenticate().catch((error) => {
      userId = undefined;
      throw error;
    });
    return userId;
  }

  async function executeKw(model: string, method: string, args: readonly RpcValue[], kwargs: Kwargs = {}) {
    const params = [database, await login(), password, model, method, args, kwargs];
    const operation: Operation = { name: `${model}.${method}`, database, model, secret };
    const call = () => callXmlRpc(endpoint, 'object', 'execute_kw', params, operation);
    return READS.has(method) ? withRetries(call, signal) : call();
  }

  async function searchRead<Shape extends z.ZodRawShape>(
    model: string,
    domain: readonly RpcValue[],
    record: z.ZodObject<Shape>,
    { limit = Number.POSITIVE_INFINITY, context = {} }: { limit?: number; context?: Kwargs } = {},
  ): Promise<Records<Shape>> {
    const fields = Object.keys(record.shape);
    const found: Records<Shape> = [];
    while (found.length < limit) {
      const size = Math.min(PAGE, limit - found.length);
      const after = found.at(-1)?.id ?? 0;
      const kwargs = { fields, limit: size, order: 'id', context };
      const reply = await executeKw(model, 'search_read', [[...domain, ['id', '>', after]]], kwargs);
      const page = parseRecords(record, reply, `${model}.search_read`);
      // A server that ignores the order would be asked for the same page forever.
      if (page.some(({ id }, index) => id <= (page[index - 1]?.id ?? after))) {
        throw new OdooUnexpectedReply(`${model}.search_read`, 'the ids do not ascend');
      }
      found.push(...page);
      if (page.length < size) break;
    }
    return found;
  }

  async function read<Shape extends z.ZodRawShape>(
    model: string,
    ids: readonly number[],
    record: z.ZodObject<Shape>,
  ): Promise<Records<Shape>> {
    const reply = await executeKw(model, 'read', [ids], { fields: Object.keys(record.shape) });
    const records = parseRecords(record, reply, `${model}.read`);
    const found = new Set(records.map(({ id }) => id));
    // Since Odoo 17 a record that is not there is left out in silence.
    if (ids.some((id) => !found.has(id))) throw new OdooRecordMissing(`${model}.read`);
    return records;
  }

  return {
    version,
    login,
    executeKw,
    searchRead,
    read,
    searchCount: async (model, domain) =>
      parse(z.int().nonnegative(), await executeKw(model, 'search_count', [domain]), `${model}.search_count`),
    create: async (model, values) =>
      parse(z.int().positive(), await executeKw(model, 'create', [values]), `${model}.create`),
  };
}

const VERSION = z.object({ server_version: z.string(), server_serie: z.string().regex(/^(saas~)?\d+\.\d+/) });
const IDENTIFIED = z.object({ id: z.int().positive() });

function parseRecords<Shape extends z.ZodRawShape>(record: z.ZodObject<Shape>, reply: unknown, operation: string) {
  return parse(z.array(z.intersection(IDENTIFIED, record)), reply, operation) as Records<Shape>;
}

function parse<T>(schema: z.ZodType<T>, reply: unknown, operation: string): T {
  const result = schema.safeParse(reply);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new OdooUnexpectedReply(operation, `${issue?.path.join('.') || 'the reply'}: ${issue?.message}`);
}

async function withRetries<T>(call: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof OdooUnreachable)) throw error;
      await delay(pause * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {}).catch(() => {});
      signal?.throwIfAborted();
    }
  }
  return call();
}

function assertUsable(url: URL): void {
  const next = "Give it as https://HOST or http://HOST:8069: the address of Odoo's login page without its path.";
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError('odoo-url', `The Odoo URL has the scheme "${url.protocol}", not "http:" or "https:".`, {
      next,
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('odoo-url', 'The Odoo URL holds a user name or password.', { next });
  }
}
