import { randomBytes } from 'node:crypto';
import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll } from 'vitest';
import type { ClientPrograms } from '../../../harness/database/client-programs.ts';
import { containerClientPrograms } from '../../../harness/stack/container-client-programs.ts';
import { type Container, connectEngine } from '../../../harness/stack/engine.ts';
import { newRun } from '../../../harness/stack/run-identity.ts';

export interface ThrowAwayPostgres {
  container: Container;
  programs: ClientPrograms;
  /** Runs SQL in a database and returns psql's unaligned output. */
  sql(database: string, statements: string): Promise<string>;
  /** A name that no other test uses. */
  newName(): string;
}

/** A file system in the container with room for almost nothing. */
export const TINY_DISK = '/tiny';

export interface ThrowAwayOptions {
  /** Room for the data folder, as docker's tmpfs option says it: `64m`. */
  dataSize?: string;
  /** Folders of this machine that the container sees under the same path. */
  sharedFolder?: string;
}

/** A Postgres 17 without any network, spoken to by `docker exec` alone, gone with the spec file. */
export function useThrowAwayPostgres({
  dataSize = '1g',
  sharedFolder,
}: ThrowAwayOptions = {}): () => ThrowAwayPostgres {
  let server: ThrowAwayPostgres | undefined;
  let stop = async () => {};
  beforeAll(async () => {
    const engine = await connectEngine();
    const started = await new GenericContainer('postgres:17')
      .withEnvironment({
        POSTGRES_USER: 'odoo',
        POSTGRES_PASSWORD: randomBytes(12).toString('hex'),
        POSTGRES_DB: 'postgres',
        PGDATA: '/data/pg',
      })
      .withTmpFs({ '/data': `size=${dataSize},mode=1777`, [TINY_DISK]: 'size=256k,mode=1777' })
      .withCommand(['postgres', '-c', 'fsync=off', '-c', 'wal_level=minimal', '-c', 'max_wal_senders=0'])
      .withNetworkMode('none')
      .withLabels(newRun().labels)
      .withBindMounts(sharedFolder === undefined ? [] : [{ source: sharedFolder, target: sharedFolder }])
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready -q -h 127.0.0.1 -U odoo'))
      .start();
    stop = async () => {
      await started.stop({ removeVolumes: true });
    };
    const container = engine.docker.getContainer(started.getId());
    const programs = containerClientPrograms(container, { user: 'odoo' });
    server = {
      container,
      programs,
      sql: async (database, statements) => {
        const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', `--dbname=${database}`, '-c', statements];
        return (await programs.run('psql', args)).stdout.trim();
      },
      newName: () => `spec_${randomBytes(4).toString('hex')}`,
    };
  });
  afterAll(() => stop());
  return () => {
    if (server === undefined) throw new Error('the server runs from beforeAll to afterAll only');
    return server;
  };
}
