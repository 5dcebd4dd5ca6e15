import { shopOn } from '../../fixtures/demo/make-production.ts';
import type { ClientPrograms } from '../../harness/database/client-programs.ts';
import type { DatabaseAddress } from '../../harness/database/connection.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { runOdoo, startOdoo } from '../../harness/stack/odoo.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import type { RunContext } from '../../harness/stack/run-context.ts';
import { useInRun } from './in-run.ts';

/** A throw-away Odoo with demo data, cut off from the network, removed when the spec file ends. */
export interface DemoStack {
  context: RunContext;
  image: OdooImage;
  /** The superuser's address of its database. */
  database: DatabaseAddress;
  /** Postgres' own programs beside the server. */
  programs: ClientPrograms;
  /** The folder of the template's filestore: read it, never write. */
  filestore: string;
  admin: { login: string; password: string };
  /** `http://172.18.0.3:8069`, reachable from this machine; only with `odoo: true`. */
  url: URL;
  /** Runs `odoo neutralize` and the like on the database; rejects when it fails. */
  odooCommand(command: string): Promise<void>;
}

interface DemoOptions {
  odoo?: boolean;
  image?: string;
  /** Instead of the shop's. */
  modules?: readonly string[];
  /** Folders of addons that Odoo sees, installed by nobody. */
  addons?: readonly string[];
}

/**
 * Registers hooks that start the demo from its template before the first test of a file and remove it after the last.
 * `odoo: false` leaves Odoo's server out: the database alone is there in about a second. Odoo 19 unless another image is named.
 */
export function useDemoStack(options: DemoOptions = {}): () => DemoStack {
  return useInRun((context) => startDemo(context, options));
}

async function startDemo(
  context: RunContext,
  { odoo = true, image: reference = 'odoo:19', modules, addons = [] }: DemoOptions,
): Promise<DemoStack> {
  const { engine, run, network } = context;
  const [resolved, postgres17] = await Promise.all([
    resolveImage(engine, reference, context.progress),
    resolveImage(engine, 'postgres:17', context.progress),
  ]);
  const image = await probeOdoo(engine, resolved, run);
  const template = await freshTemplate(context, {
    image,
    postgresImage: postgres17.id,
    modules: modules ?? shopOn(image).modules,
    demo: true,
  });
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  const database = postgres.address(STACK_DATABASE);
  const options = { run, network, image, database, filestore: template.filestore, addons };
  return {
    context,
    image,
    database,
    programs: postgres.programs,
    filestore: template.filestore,
    admin: { login: 'admin', password: 'admin' },
    url: odoo ? (await startOdoo(engine, options)).url : new URL('http://odoo.invalid'),
    odooCommand: async (command) => {
      const { exitCode, log } = await runOdoo(engine, { run, network, image, database, command });
      if (exitCode !== 0) throw new Error(`odoo ${command} ended with ${exitCode}: ${log.lastLines(10)}`);
    },
  };
}
