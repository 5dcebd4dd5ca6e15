import { pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import { loadSchema, type Schema } from '../database/schema.ts';
import { InfrastructureError } from '../errors.ts';

/**
 * Gives `work` copies of a database beside it, made in a moment and gone however it ends. `prepare` is done to the first,
 * of which the others are made. Nobody may be connected to the database; it is itself never written.
 */
export async function withClones<T>(
  address: DatabaseAddress,
  count: number,
  prepare: (clone: DatabaseAddress) => Promise<void>,
  work: (clones: readonly [DatabaseAddress, ...DatabaseAddress[]]) => Promise<T>,
): Promise<T> {
  const mark = randomBytes(4).toString('hex');
  const [first, ...others] = Array.from({ length: count }, (_, index) => `selftest_${mark}_${index}`);
  if (first === undefined) throw new Error('at least one clone');
  const at = (database: string) => ({ ...address, database });
  const server = await connect(at('postgres'), 'odoo-gate selftest');
  const make = (name: string, of: string) =>
    server
      .query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(of)}`)
      .catch((cause: { code?: string }) => {
        throw new InfrastructureError(
          'selftest-clone',
          `The database "${address.database}" can't be cloned (SQLSTATE ${cause.code ?? 'unknown'}).`,
          { next: 'Free space on the disk of the container engine, or end what is connected to the database.', cause },
        );
      });
  try {
    await make(first, address.database);
    await prepare(at(first));
    for (const name of others) await make(name, first);
    return await work([at(first), ...others.map(at)]);
  } finally {
    for (const name of [first, ...others]) {
      await server.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`).catch(() => {});
    }
    await server.end().catch(() => {});
  }
}

/** The staging password's hash with few rounds: it is verified hundreds of times, and the rounds are not what is tried. */
export async function cheapenPasswords(clone: DatabaseAddress, password: string): Promise<void> {
  const [rounds, salt] = [1000, randomBytes(16)];
  const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replaceAll('=', '');
  const checksum = pbkdf2Sync(password, salt, rounds, 64, 'sha512');
  const client = await connect(clone, 'odoo-gate selftest');
  try {
    await client.query("UPDATE res_users SET password = $1 WHERE password <> ''", [
      `$pbkdf2-sha512$${rounds}$${base64(salt)}$${base64(checksum)}`,
    ]);
  } finally {
    await client.end();
  }
}

/** A session within an open transaction: it sees what the transaction changed, and the roll-back undoes it. */
export async function sessionWithin(client: pg.Client, known?: Schema): Promise<ReadOnlySession> {
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    await client.query('SAVEPOINT statement');
    try {
      const { rows } = await client.query<Row>(text, [...values]);
      await client.query('RELEASE SAVEPOINT statement');
      return rows;
    } catch (error) {
      await client.query('ROLLBACK TO SAVEPOINT statement');
      throw error;
    }
  };
  return { schema: known ?? (await loadSchema(query)), query };
}

/** Runs `work` and undoes everything it did to the database. */
export async function rolledBack<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    return await work();
  } finally {
    await client.query('ROLLBACK');
  }
}
