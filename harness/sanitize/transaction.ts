import type { Client } from 'pg';
import { GateError, InfrastructureError, messageOf } from '../errors.ts';
import { openWriter, type Writer } from './writer.ts';

/** Settles a connection for writing: bounded waits for locks; a crash of the server may lose the last commits, not halves. */
export async function openSession(client: Client): Promise<Writer> {
  await client.query(
    `SET lock_timeout = '30s'; SET search_path = public, pg_catalog; SET synchronous_commit = off;
     SET jit = off; SET work_mem = '64MB'`,
  );
  return openWriter(client);
}

/** Runs `work` as a whole or not at all; `title` names it where it fails. */
export async function inTransaction(client: Client, title: string, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw stageFailed(title, error);
  }
}

/** Postgres' own message may quote a row: only names and the SQLSTATE leave. */
function stageFailed(title: string, error: unknown): unknown {
  const { code, table, constraint } = error as { code?: string; table?: string; constraint?: string };
  if (error instanceof GateError) return error;
  if (code === undefined && /^Connection (terminated|ended)/i.test(messageOf(error))) {
    return new InfrastructureError('database-unreachable', `The server went away during "${title}".`, {
      next: 'See the log of Postgres for why; then run it again: it goes on where it stopped.',
      cause: error,
    });
  }
  if (code === undefined) return error;
  const where = [table, constraint].filter(Boolean).join(', constraint ');
  return new InfrastructureError(
    'sanitize-stage-failed',
    `"${title}" failed with SQLSTATE ${code}${where && ` on ${where}`}; it was rolled back.`,
    { next: 'Stop every Odoo that runs on this database; if it fails again, report it with the SQLSTATE and table.' },
  );
}
