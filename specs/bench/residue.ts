import { Readable } from 'node:stream';
import { consoleProgress } from '../../cli/progress.ts';
import { DEMO_MODULES } from '../../fixtures/demo/make-production.ts';
import { connect } from '../../harness/database/connection.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import { withRun } from '../../harness/stack/run-context.ts';
import { growDatabase } from './grow-database.ts';
import { printResidueTable } from './residue-table.ts';

/*
 * The residue scan against `pg_dump | grep -F -f` on one database with the same values; prints, asserts nothing.
 *   npm run bench residue [megabytes]
 */
const megabytes = Number(process.argv[2] ?? 1_100);
const progress = consoleProgress();

try {
  await withRun({ progress, signal: new AbortController().signal }, async (context) => {
    const { engine, run, network } = context;
    const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
    const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
    const template = await freshTemplate(context, { image, postgresImage, modules: DEMO_MODULES, demo: true });
    const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
    const address = postgres.address(STACK_DATABASE);
    await progress.step(`grow the database by ${megabytes} MB`, async () => {
      const client = await connect(address);
      await growDatabase(client, megabytes);
      await client.end();
    });
    await printResidueTable({
      address,
      shell: (line, stdin) =>
        postgres.programs.run('psql', ['--dbname', STACK_DATABASE, '--command', `\\! ${line}`], {
          ...(stdin === undefined ? {} : { stdin: Readable.from([stdin]) }),
        }),
      cpuSeconds: async () => {
        const stats = await postgres.container.stats({ stream: false });
        return stats.cpu_stats.cpu_usage.total_usage / 1e9;
      },
    });
  });
} finally {
  progress.close();
}
