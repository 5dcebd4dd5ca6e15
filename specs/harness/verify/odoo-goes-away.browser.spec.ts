import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEMO_MODULES } from '../../../fixtures/demo/make-production.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { runChecks } from '../../../harness/run.ts';
import { runSmoke } from '../../../harness/smoke/run-smoke.ts';
import { freshTemplate } from '../../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../../harness/stack/image.ts';
import { startOdoo } from '../../../harness/stack/odoo.ts';
import { STACK_DATABASE, startPostgres } from '../../../harness/stack/postgres.ts';
import { logCheck } from '../../../harness/verify/stack-checks.ts';
import { useInRun } from '../../support/in-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const odoo = useInRun(async (context) => {
  const { engine, run, network, progress } = context;
  const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
  const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
  const template = await freshTemplate(context, { image, postgresImage, modules: DEMO_MODULES, demo: true });
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  const database = postgres.address(STACK_DATABASE);
  return startOdoo(engine, { run, network, image, database, filestore: template.filestore });
});

test('an Odoo that goes away during the flows never passes: neither they nor its log can be judged', async () => {
  const { container, url, log, ended } = odoo();
  let killed: Promise<unknown> | undefined;
  const progress = {
    ...silentProgress,
    step: <T>(_title: string, work: (detail: (text: string) => void) => Promise<T>) =>
      work((text) => {
        if (text.startsWith('apps:')) killed ??= container.kill();
      }),
  };
  const smoke = await runSmoke({
    url,
    database: STACK_DATABASE,
    login: 'admin',
    password: 'admin',
    flows: ['apps'],
    odooEnded: ended,
    outDir: folder,
    progress,
  });
  await killed;
  expect(killed).toBeDefined();
  const results = [...smoke.results, ...(await runChecks([logCheck], { url, log }))];
  expect(results.map(({ id, status }) => [id, status])).toEqual([
    ['smoke.apps', 'inconclusive'],
    ['stack.log', 'inconclusive'],
  ]);
});
