import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleProgress } from '../../cli/progress.ts';
import { DEMO_MODULES, makeProduction, type ProductionBackup } from '../../fixtures/demo/make-production.ts';
import { extractFilestore } from '../../harness/backup/extract-filestore.ts';
import { inspectBackup } from '../../harness/backup/inspect.ts';
import { silentProgress } from '../../harness/progress.ts';
import { cacheFolder } from '../../harness/stack/cache-folder.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { startOdoo } from '../../harness/stack/odoo.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import { type RunContext, withRun } from '../../harness/stack/run-context.ts';
import { neutralize } from '../../harness/verify/sanitize-database.ts';
import { findAdministrator, openDoorForSmoke } from '../../harness/verify/smoke-user.ts';
import { verify } from '../../harness/verify/verify.ts';
import { bareWalk, findSale } from './bare-playwright.ts';

/*
 * Measures ours against the same raw steps in the same run and prints ratios; it asserts nothing.
 *   npm run bench verify [rounds]
 */
const rounds = Number(process.argv[2] ?? 3);
const progress = consoleProgress();
const signal = new AbortController().signal;

interface Images {
  odoo: OdooImage;
  postgres: string;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function prepare(): Promise<{ images: Images; backup: ProductionBackup }> {
  return withRun({ progress, signal }, async (context) => {
    const { engine, run } = context;
    const odoo = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
    const postgres = (await resolveImage(engine, 'postgres:17', progress)).id;
    return { images: { odoo, postgres }, backup: await makeProduction(context, odoo, postgres) };
  });
}

async function verifyWarm(backup: ProductionBackup): Promise<number> {
  return timed(async () => {
    const report = await verify({
      image: 'odoo:19',
      postgresImage: 'postgres:17',
      backup: backup.zip,
      baseUrl: new URL('http://odoo-gate.test:8069'),
      treatment: 'sanitize-and-anonymize',
      progress: silentProgress,
      signal,
    });
    if (report.verdict !== 'pass') throw new Error(`verify said ${report.verdict}: ${report.reasons.join('; ')}`);
  });
}

/** The floor: what a script would do, one step after the other. Postgres runs and the filestore lies there already. */
async function rawSteps(
  context: RunContext,
  { odoo, postgres: image }: Images,
  backup: ProductionBackup,
): Promise<Record<string, number>> {
  const { engine, run, network } = context;
  const postgres = await startPostgres(engine, { run, network, image });
  const filestore = await mkdtemp(join(cacheFolder('bench'), 'filestore-'));
  try {
    const inspected = await inspectBackup(backup.zip);
    if (inspected.filestore === undefined) throw new Error('the backup has no filestore');
    await extractFilestore(inspected.filestore, filestore);
    const address = postgres.address(STACK_DATABASE);
    const steps: Record<string, number> = {};
    await postgres.programs.expose(backup.custom.dump, async (dump) => {
      steps['pg_restore -j2'] = await timed(async () => {
        await postgres.programs.run('psql', ['--dbname', 'postgres', '-qc', `CREATE DATABASE ${STACK_DATABASE}`]);
        await postgres.programs.run('pg_restore', ['-j2', '--no-owner', '--dbname', STACK_DATABASE, dump]);
      });
    });
    steps['odoo neutralize'] = await timed(() => neutralize(context, odoo, { address }));
    const administrator = await findAdministrator(address);
    if (administrator === undefined) throw new Error('the copy has no administrator');
    await openDoorForSmoke(address, administrator, 'bench-password');
    const { login } = administrator;
    const sale = await findSale(address);
    let url: URL | undefined;
    steps['start to login page'] = await timed(async () => {
      url = (await startOdoo(engine, { run, network, image: odoo, database: address, filestore, signal })).url;
    });
    steps['bare Playwright'] = await timed(() => bareWalk(url as URL, { login, password: 'bench-password' }, sale));
    return steps;
  } finally {
    await rm(filestore, { recursive: true, force: true });
  }
}

/** Seconds from the template to `/web/health` and to the login page, ours; and from `createdb -T` on a running server. */
async function cloneToHealthy(
  context: RunContext,
  { odoo, postgres: image }: Images,
): Promise<{ ours: number; floor: number }> {
  const { engine, run, network } = context;
  const template = await freshTemplate(context, {
    image: odoo,
    postgresImage: image,
    modules: DEMO_MODULES,
    demo: true,
  });
  const start = (database: ReturnType<Awaited<ReturnType<typeof startPostgres>>['address']>) =>
    startOdoo(engine, { run, network, image: odoo, database, filestore: template.filestore, signal });
  let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
  const ours = await timed(async () => {
    server = await startPostgres(engine, { run, network, image: template.postgresImage });
    const { container } = await start(server.address(STACK_DATABASE));
    void container;
  });
  if (server === undefined) throw new Error('unreachable');
  const running = server;
  for (const each of await engine.docker.listContainers({
    filters: { label: [`odoo-gate.run=${run.id}`], ancestor: [odoo.id] },
  })) {
    await engine.docker.getContainer(each.Id).remove({ force: true, v: true });
  }
  const floor = await timed(async () => {
    await running.programs.run('psql', [
      '--dbname',
      'postgres',
      '-qc',
      `CREATE DATABASE copy TEMPLATE ${STACK_DATABASE}`,
    ]);
    await start(running.address('copy'));
  });
  return { ours, floor };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const { images, backup } = await prepare();
await progress.step('warm up', () => verifyWarm(backup));
const results = {
  verify: [] as number[],
  verifyFloor: [] as number[],
  clone: [] as number[],
  cloneFloor: [] as number[],
};
let lastSteps: Record<string, number> = {};
for (let round = 1; round <= rounds; round += 1) {
  results.verify.push(await progress.step(`round ${round}: verify`, () => verifyWarm(backup)));
  lastSteps = await progress.step(`round ${round}: the same by hand`, () =>
    withRun({ progress: silentProgress, signal }, (context) => rawSteps(context, images, backup)),
  );
  results.verifyFloor.push(Object.values(lastSteps).reduce((sum, each) => sum + each, 0));
  const clone = await progress.step(`round ${round}: template to healthy Odoo`, () =>
    withRun({ progress: silentProgress, signal }, (context) => cloneToHealthy(context, images)),
  );
  results.clone.push(clone.ours);
  results.cloneFloor.push(clone.floor);
}
progress.close();

const line = (what: string, ours: readonly number[], floor: readonly number[], goal: string) =>
  `${what.padEnd(34)} ${median(ours).toFixed(2).padStart(7)} s ${median(floor).toFixed(2).padStart(7)} s   ${(median(ours) / median(floor)).toFixed(2)}   ${goal}`;
process.stdout.write(`
median of ${rounds}                           ours     floor   ratio  goal
${line('verify, warm', results.verify, results.verifyFloor, '<= 1.0')}
${line('template clone to healthy Odoo', results.clone, results.cloneFloor, '<= 1.3')}

floor of verify, last round: ${Object.entries(lastSteps)
  .map(([step, seconds]) => `${step} ${seconds.toFixed(2)} s`)
  .join(', ')}
`);
