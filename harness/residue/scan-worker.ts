import { parentPort, workerData } from 'node:worker_threads';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import { messageOf } from '../errors.ts';
import { deriveKeys } from './fingerprint.ts';
import { FingerprintIndex, type SharedIndex } from './fingerprint-index.ts';
import type { Part } from './readable-columns.ts';
import { type Scanned, scanPart } from './scan-part.ts';

export interface WorkerTask {
  address: DatabaseAddress;
  snapshot: string | undefined;
  secret: string;
  salt: Uint8Array;
  index: SharedIndex;
}

export type WorkerAnswer = { scanned: Scanned } | { failure: { code: string | undefined; message: string } };

const PART_TIMEOUT_MS = 10 * 60_000;

const port = parentPort;
if (port !== null) {
  const { address, snapshot, secret, salt, index: shared } = workerData as WorkerTask;
  const keys = deriveKeys(secret, Buffer.from(salt));
  const index = new FingerprintIndex(shared);
  const ready = open(address, snapshot);
  // Told to the one who asks for the first part.
  ready.catch(() => {});
  port.on('message', (part: Part) => {
    void answer(part).then((result) => port.postMessage(result));
  });

  const answer = async (part: Part): Promise<WorkerAnswer> => {
    try {
      const client = await ready;
      await client.query('SAVEPOINT part');
      try {
        return { scanned: await scanPart(client, part, keys, index) };
      } finally {
        await client.query('ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part').catch(() => {});
      }
    } catch (error) {
      return { failure: { code: (error as { code?: string }).code, message: messageOf(error) } };
    }
  };
}

async function open(address: DatabaseAddress, snapshot: string | undefined) {
  const client = await connect(address, 'odoo-gate residue');
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
  await client.query(
    `SET LOCAL statement_timeout = ${PART_TIMEOUT_MS}; SET LOCAL lock_timeout = 2000; SET LOCAL row_security = off;
     SET LOCAL search_path = public; SET LOCAL client_encoding = 'UTF8'`,
  );
  return client;
}
