import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { GenericContainer } from 'testcontainers';
import type { DatabaseAddress } from '../database/connection.ts';
import { type Container, type Engine, isGone } from './engine.ts';
import { filestoreTar, unpackFilestoreTar } from './filestore-tar.ts';
import type { OdooImage } from './image.ts';
import { addressOnlyOn, type CutOffNetwork, NO_RESOLVER } from './network.ts';
import { OdooLog } from './odoo-log.ts';
import { odooEnded, waitUntilReady } from './readiness.ts';
import type { Run } from './run-identity.ts';
import { startedOnly } from './started-only.ts';

/** Odoo's data folder in a container. */
export const DATA_FOLDER = '/var/lib/odoo';
/** Where single modules are mounted, each under its name. */
export const MODULES_FOLDER = '/mnt/odoo-gate-modules';
const HTTP_PORT = 8069;

interface OdooOptions {
  run: Run;
  /** `{ name: 'host' }` where the database is one of the user's own. */
  network: { name: string };
  image: OdooImage;
  database: DatabaseAddress;
  /** Folders of addons on this machine, mounted read-only. */
  addons?: readonly string[];
  /** Single modules of this machine, mounted read-only: no other that lies beside them is seen. */
  modules?: readonly ModuleFolder[];
  environment?: Readonly<Record<string, string>>;
  /** Written into the container before Odoo starts. */
  files?: readonly { target: string; content: string }[];
  /** What the command reads; `shell` runs it as Python. */
  input?: string;
  /** Instead of a new one. */
  log?: OdooLog;
  /** A folder as Odoo's `filestore/<database>`; it is copied, never written to. */
  filestore?: string;
  /** A volume that holds the data folder, for the next Odoo on the same database; without it a new one each time. */
  dataVolume?: string;
  signal?: AbortSignal;
}

/** The code of one module. */
export interface ModuleFolder {
  name: string;
  path: string;
}

/** An Odoo that answers. */
export interface RunningOdoo {
  container: Container;
  url: URL;
  log: OdooLog;
  /** Aborted once it has ended, by whatever. */
  ended: AbortSignal;
}

/**
 * Starts Odoo's server and waits until it serves the login page. No cron runs in it.
 * Throws `OdooDidNotStart` when it ends or does not answer in time.
 */
export async function startOdoo(
  engine: Engine,
  options: OdooOptions & { network: CutOffNetwork; timeoutMs?: number },
): Promise<RunningOdoo> {
  const { container, log, logEnded } = await launch(engine, options, [
    '--db-filter',
    `^${options.database.database}$`,
    '--no-database-list',
  ]);
  const stillRuns = async () => {
    const running = await isRunning(container);
    if (!running) await Promise.race([logEnded, delay(5_000)]);
    return running;
  };
  const host = await addressOnlyOn(options.network, container).catch(async (error: unknown) => {
    // What has ended has no address any more.
    if (await stillRuns()) throw error;
    throw odooEnded(log, 'at once');
  });
  const url = new URL(`http://${host}:${HTTP_PORT}`);
  await waitUntilReady({
    url,
    log,
    series: options.image.series,
    database: options.database.database,
    isRunning: stillRuns,
    timeoutMs: options.timeoutMs ?? 180_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const ended = new AbortController();
  void logEnded.then(() => ended.abort());
  return { container, url, log, ended: ended.signal };
}

/** Runs one Odoo command to its end (`['-i', 'base', '--stop-after-init']`, `['neutralize']`) and removes its container. */
export async function runOdoo(
  engine: Engine,
  options: OdooOptions & { command?: string; args?: readonly string[]; takeFilestoreTo?: string },
): Promise<{ exitCode: number; log: OdooLog }> {
  const { container, log, logEnded } = await launch(engine, options, options.args ?? [], options.command);
  const abort = () => container.kill().catch(() => {});
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const { StatusCode: exitCode } = (await container.wait()) as { StatusCode: number };
    await logEnded;
    options.signal?.throwIfAborted();
    if (exitCode === 0 && options.takeFilestoreTo !== undefined) {
      const path = `${DATA_FOLDER}/filestore/${options.database.database}`;
      await unpackFilestoreTar(await container.getArchive({ path }), options.takeFilestoreTo);
    }
    return { exitCode, log };
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await container.remove({ force: true, v: true }).catch(() => {});
  }
}

async function isRunning(container: Container): Promise<boolean> {
  try {
    return (await container.inspect()).State.Running;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** What is no `odoo` the entry point runs as it is: the server has to be named here. */
const ODOO_WITH_INPUT = `printf %s "$ODOO_GATE_INPUT" | odoo "$@" --db_host "$HOST" --db_port "$PORT" --db_user "$USER" --db_password "$PASSWORD"`;

class OdooContainer extends GenericContainer {
  constructor(image: string, network: { name: string }) {
    super(image);
    // On this machine's own network it has to find the user's database server by name.
    if (network.name !== 'host') Object.assign(this.hostConfig, NO_RESOLVER);
  }
}

async function launch(
  engine: Engine,
  options: OdooOptions,
  args: readonly string[],
  command?: string,
): Promise<{ container: Container; log: OdooLog; logEnded: Promise<void> }> {
  const { run, network, image, database, addons = [], modules = [], filestore, dataVolume } = options;
  const { log = new OdooLog(), environment = {}, files = [], input } = options;
  const folders = addons.map((source, index) => ({ source, target: `/mnt/odoo-gate-addons/${index}` }));
  const single = modules.map(({ name, path }) => ({ source: path, target: `${MODULES_FOLDER}/${name}` }));
  const mounted = [...folders, ...single].map((mount) => ({ ...mount, mode: 'ro' as const }));
  const data = dataVolume === undefined ? [] : [{ source: dataVolume, target: DATA_FOLDER, mode: 'rw' as const }];
  const addonsPath = [
    // First: an image may hold an older state of the same module.
    ...(modules.length === 0 ? [] : [MODULES_FOLDER]),
    ...image.addonsPath,
    ...folders.map(({ target }) => target),
  ];
  let logEnded: Promise<void> = Promise.resolve();

  const definition = new OdooContainer(image.id, network)
    .withEnvironment({
      HOST: database.host,
      PORT: String(database.port),
      USER: database.user,
      PASSWORD: database.password,
      PGAPPNAME: 'odoo',
      ...(input === undefined ? {} : { ODOO_GATE_INPUT: input }),
      ...environment,
    })
    .withCopyContentToContainer([...files])
    .withCommand([
      ...(input === undefined ? ['odoo'] : ['sh', '-c', ODOO_WITH_INPUT, 'odoo']),
      ...(command === undefined ? [] : [command]),
      ...['--database', database.database, '--data-dir', DATA_FOLDER],
      ...(mounted.length === 0 ? [] : ['--addons-path', addonsPath.join(',')]),
      // A cron of a restored production must not run, whatever state it is in; a quieter log would hide errors.
      ...(command === undefined ? ['--max-cron-threads', '0', '--workers', '0', '--log-level', 'info'] : []),
      ...args,
    ])
    .withLabels(run.labels)
    .withNetworkMode(network.name)
    .withBindMounts([...mounted, ...data])
    .withWaitStrategy(startedOnly())
    .withLogConsumer((stream: Readable) => {
      stream.setEncoding('utf8').on('data', (chunk: string) => log.push(chunk));
      logEnded = new Promise<void>((resolve) => stream.once('end', resolve).once('error', () => resolve())).then(() =>
        log.end(),
      );
    });
  if (filestore !== undefined) {
    definition.withCopyArchivesToContainer([
      { tar: filestoreTar(filestore, `filestore/${database.database}`), target: DATA_FOLDER },
    ]);
  }
  const started = await definition.start();
  return { container: engine.docker.getContainer(started.getId()), log, logEnded };
}
