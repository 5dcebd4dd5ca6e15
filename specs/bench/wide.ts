import { consoleProgress } from '../../cli/progress.ts';
import { armLikeProduction } from '../../fixtures/demo/arm.ts';
import { WIDE_MODULES } from '../../fixtures/demo/wide-modules.ts';
import type { CheckResult } from '../../harness/check.ts';
import { connect } from '../../harness/database/connection.ts';
import { withReadOnlySession } from '../../harness/database/read-only.ts';
import { runChecks } from '../../harness/run.ts';
import { sanitize } from '../../harness/sanitize/sanitize.ts';
import { askOfOneMoment } from '../../harness/sanitize-checks/ask.ts';
import { sanitizeChecks } from '../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../harness/sanitize-checks/context.ts';
import { fixedPoint } from '../../harness/sanitize-checks/fixed-point/fixed-point.ts';
import { freshTemplate } from '../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { STACK_DATABASE, startPostgres } from '../../harness/stack/postgres.ts';
import { withRun } from '../../harness/stack/run-context.ts';
import { countByStatus } from '../../harness/verdict.ts';
import { modulesInStack } from '../../harness/verify/module-code.ts';
import { neutralize } from '../../harness/verify/sanitize-database.ts';

/*
 * All checks by SQL but the residue scan on a database of more than 120 modules, as found and sanitized; prints what does
 * not hold and how long it took. Goal: 2 s without the one password hash, which is slow by design.
 *   npm run bench wide
 */
const baseUrl = new URL('http://odoo-gate.test:8069');
const stagingPassword = 'a staging password';
const progress = consoleProgress();

await withRun({ progress, signal: new AbortController().signal }, async (context) => {
  const { engine, run, network } = context;
  const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
  const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
  const template = await freshTemplate(context, { image, postgresImage, modules: WIDE_MODULES, demo: true });
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  const address = postgres.address(STACK_DATABASE);
  const client = await connect(address);
  await armLikeProduction(client);
  const { rows } = await client.query(
    `SELECT (SELECT count(*) FROM ir_module_module WHERE state = 'installed') AS modules, count(*) AS tables,
            pg_size_pretty(pg_database_size(current_database())) AS size FROM pg_tables WHERE schemaname = 'public'`,
  );
  await client.end();
  const modules = await modulesInStack(context, image, []);

  const look = async (what: string) => {
    const started = performance.now();
    const results = await withReadOnlySession(address, async (session) =>
      askOfOneMoment(sanitizeChecks, await sanitizeContext(session, { baseUrl, stagingPassword }), address),
    );
    const stored = performance.now() - started;
    const [tried] = await runChecks([fixedPoint], { address, modules });
    return { what, stored, results: tried === undefined ? results : [...results, tried] };
  };
  const asFound = await look('as found');
  await sanitize({
    address,
    baseUrl,
    progress,
    neutralize: () => neutralize(context, image, { address }),
    anonymize: { stagingPassword, key: 'a key for this benchmark' },
  });
  const sanitized = await look('sanitized');

  console.log(`\n${rows[0].modules} modules, ${rows[0].tables} tables, ${rows[0].size}`);
  for (const { what, stored, results } of [asFound, sanitized]) {
    const { passed, failed, inconclusive } = countByStatus(results);
    console.log(
      `${what}: ${(stored / 1000).toFixed(2)} s for the checks by SQL, ${(durationOf(results, 'sanitize.credentials') / 1000).toFixed(2)} s of it on passwords; ` +
        `the fixed point ${(durationOf(results, fixedPoint.id) / 1000).toFixed(2)} s: ${passed} passed, ${failed} failed, ${inconclusive} could not tell`,
    );
  }
  for (const { id, ...result } of sanitized.results) {
    if (result.status === 'inconclusive') console.log(`  ? ${id}: ${result.reason}`);
    if (result.status !== 'failed') continue;
    for (const { message, location, count } of result.findings)
      console.log(`  ✘ ${id}: ${location}: ${message} (${count})`);
  }
  const slowest = sanitized.results.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 5);
  console.log(`slowest: ${slowest.map(({ id, durationMs }) => `${id} ${durationMs} ms`).join(', ')}`);
}).finally(() => progress.close());

function durationOf(results: readonly CheckResult[], id: string): number {
  return results.find((each) => each.id === id)?.durationMs ?? 0;
}
