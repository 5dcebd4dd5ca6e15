import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { PostgreSqlContainer } from '@testcontainers/postgresql';
import { Wait } from 'testcontainers';
import type { ClientPrograms } from '../database/client-programs.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { containerClientPrograms } from './container-client-programs.ts';
import type { Container, Engine } from './engine.ts';
import { addressOnlyOn, type CutOffNetwork, NO_RESOLVER } from './network.ts';
import type { Run } from './run-identity.ts';

/** Outside of the volume that the image declares, so that the data is part of a committed image. */
const DATA_FOLDER = '/odoo-gate/pgdata';
const SUPERUSER = 'odoo';

/** The one database of a disposable stack. */
export const STACK_DATABASE = 'odoo';

/** For data that is thrown away: nothing is synced, a crash loses all. */
const THROW_AWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  checkpoint_timeout: '1h',
  max_wal_size: '2GB',
  shared_buffers: '256MB',
  maintenance_work_mem: '128MB',
  // Bulk restores and short runs gain nothing from it, and it would write into a database under test.
  autovacuum: 'off',
  jit: 'off',
};

/** A Postgres server of one run, on its cut-off network. */
export interface RunningPostgres {
  container: Container;
  /** psql, pg_restore, pg_dump inside the container. */
  programs: ClientPrograms;
  /** Where a database of it is, as its superuser. */
  address(database: string): DatabaseAddress;
}

/** PostgreSqlContainer that publishes no port: none can be on an internal network, and the data is nobody else's. */
class CutOffPostgreSqlContainer extends PostgreSqlContainer {
  constructor(image: string) {
    super(image);
    this.exposedPorts = [];
    this.createOpts.ExposedPorts = {};
    Object.assign(this.hostConfig, { PortBindings: {}, ...NO_RESOLVER });
    // The one of its base class runs a process in the container four times a second for as long as it lives, password and all.
    this.healthCheck = { test: ['CMD', 'true'] };
    this.createOpts.Healthcheck = { Test: ['NONE'] };
    this.withWaitStrategy(Wait.forSuccessfulCommand(`pg_isready -q -h 127.0.0.1 -U ${SUPERUSER}`));
    this.withStartupTimeout(120_000);
  }
}

/**
 * Starts Postgres from the official image or one of its contract, or from a template that was committed from such.
 * The superuser's password is new at each start; a template's is nobody's.
 */
export async function startPostgres(
  engine: Engine,
  { run, network, image }: { run: Run; network: CutOffNetwork; image: string },
): Promise<RunningPostgres> {
  const password = randomBytes(18).toString('base64url');
  const settings = Object.entries(THROW_AWAY).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const started = await new CutOffPostgreSqlContainer(image)
    .withUsername(SUPERUSER)
    .withPassword(password)
    .withDatabase('postgres')
    .withEnvironment({ PGDATA: DATA_FOLDER })
    .withCommand(['postgres', ...settings])
    .withLabels(run.labels)
    .withNetworkMode(network.name)
    .withSharedMemorySize(256 * 1024 * 1024)
    .start();
  const container = engine.docker.getContainer(started.getId());
  const host = await addressOnlyOn(network, container);
  const programs = containerClientPrograms(container, { user: SUPERUSER });
  await programs.run('psql', ['--dbname', 'postgres', '-X', '-q', '-v', 'ON_ERROR_STOP=1'], {
    stdin: Readable.from([`ALTER ROLE ${SUPERUSER} PASSWORD '${password}';\n`]),
  });
  return {
    container,
    programs,
    address: (database) => ({ host, port: 5432, user: SUPERUSER, password, database }),
  };
}
