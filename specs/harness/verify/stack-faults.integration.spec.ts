import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { DEMO_MODULES } from '../../../fixtures/demo/make-production.ts';
import { filestoreComplete } from '../../../harness/backup/filestore-complete.ts';
import type { CheckResult } from '../../../harness/check.ts';
import { connect, type DatabaseAddress } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { silentProgress } from '../../../harness/progress.ts';
import { runChecks } from '../../../harness/run.ts';
import { sanitizeChecks } from '../../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { freshTemplate } from '../../../harness/stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../../../harness/stack/image.ts';
import { type RunningOdoo, startOdoo } from '../../../harness/stack/odoo.ts';
import { STACK_DATABASE, startPostgres } from '../../../harness/stack/postgres.ts';
import { judge } from '../../../harness/verdict.ts';
import { logCheck, stackChecks } from '../../../harness/verify/stack-checks.ts';
import { verify } from '../../../harness/verify/verify.ts';
import { useDemoBackup } from '../../support/demo-backup.ts';
import { useInRun } from '../../support/in-run.ts';

const ADDONS = join(import.meta.dirname, '../../../fixtures/addons/broken');
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const backup = useDemoBackup();
const demo = useInRun(async (context) => {
  const { engine, run, progress } = context;
  const postgresImage = (await resolveImage(engine, 'postgres:17', progress)).id;
  const image = await probeOdoo(engine, await resolveImage(engine, 'odoo:19', progress), run);
  const template = await freshTemplate(context, { image, postgresImage, modules: DEMO_MODULES, demo: true });
  return { ...context, postgresImage, image, template };
});

/** A database of one test alone. */
async function freshDatabase() {
  const postgres = await startPostgres(demo().engine, { ...demo(), image: demo().template.postgresImage });
  onTestFinished(() => postgres.container.remove({ force: true, v: true }));
  return { postgres, address: postgres.address(STACK_DATABASE) };
}

async function odooOn(
  database: DatabaseAddress,
  change: Partial<Parameters<typeof startOdoo>[1]> = {},
): Promise<RunningOdoo> {
  const odoo = await startOdoo(demo().engine, { ...demo(), database, filestore: demo().template.filestore, ...change });
  onTestFinished(() => odoo.container.remove({ force: true, v: true }).catch(() => {}));
  return odoo;
}

async function write(address: DatabaseAddress, statement: string): Promise<void> {
  const client = await connect(address);
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** What the stack checks say of an Odoo, held against a database. */
async function look({ url, log }: RunningOdoo, address: DatabaseAddress): Promise<Record<string, CheckResult>> {
  const results = await withReadOnlySession(address, (session) =>
    runChecks(stackChecks, { url, log, session, database: STACK_DATABASE }),
  );
  results.push(...(await runChecks([logCheck], { url, log })));
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

describe('an Odoo that starts', () => {
  test('passes whole; fails with a module that waits; can not be judged on a database that is not its own', async () => {
    const { address } = await freshDatabase();
    const odoo = await odooOn(address);
    expect(await look(odoo, address)).toMatchObject({
      'stack.modules': { status: 'passed' },
      'stack.assets': { status: 'passed' },
      'stack.log': { status: 'passed' },
    });

    await write(address, "UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'crm'");
    expect((await look(odoo, address))['stack.modules']).toMatchObject({
      status: 'failed',
      findings: [{ message: expect.stringContaining('"to upgrade"'), count: 1 }],
    });

    const other = await freshDatabase();
    expect((await look(odoo, other.address))['stack.modules']).toMatchObject({
      status: 'inconclusive',
      reason: 'the Odoo that answers is not connected to the database that is checked',
    });
  });

  test('without its filestore fails on its files and on its assets', async () => {
    const { address } = await freshDatabase();
    // The bundles that the first one compiles are in its own filestore alone.
    const first = await odooOn(address);
    expect((await look(first, address))['stack.assets']).toMatchObject({ status: 'passed' });
    await first.container.kill();

    const empty = await mkdtemp(join(folder, 'empty-'));
    const complete = await withReadOnlySession(address, (session) =>
      runChecks([filestoreComplete], { session, filestore: empty }),
    );
    expect(complete).toMatchObject([
      { status: 'failed', findings: [{ message: expect.stringContaining('are missing') }] },
    ]);
    expect((await look(await odooOn(address, { filestore: empty }), address))['stack.assets']).toMatchObject({
      status: 'failed',
      findings: expect.arrayContaining([
        expect.objectContaining({ message: 'answers 500', location: expect.stringContaining('/web/assets/') }),
      ]),
    });
  });

  test('without the code of an installed module fails on its modules and its log', async () => {
    const { address } = await freshDatabase();
    await write(
      address,
      "INSERT INTO ir_module_module (name, state, latest_version, demo) VALUES ('gate_ghost', 'installed', '19.0.1.0', false)",
    );
    const seen = await look(await odooOn(address), address);
    expect(seen).toMatchObject({
      'stack.modules': { status: 'failed', findings: [{ message: expect.stringContaining('gate_ghost') }] },
      'stack.log': {
        status: 'failed',
        findings: [{ message: expect.stringMatching(/^ERROR: Some modules are not loaded/) }],
      },
    });
  });
});

describe('an Odoo that does not start', () => {
  test('because an installed addon has a syntax error is broken, and says where', async () => {
    const { address } = await freshDatabase();
    await write(
      address,
      "INSERT INTO ir_module_module (name, state, latest_version, demo) VALUES ('gate_syntax_error', 'installed', '19.0.1.0.0', false)",
    );
    const started = odooOn(address, { addons: [ADDONS] });
    await expect(started).rejects.toMatchObject({
      name: 'OdooDidNotStart',
      code: expect.stringMatching(/^odoo-(broken|ended)$/),
    });
    await expect(started).rejects.toThrow(/gate_syntax_error\/__init__\.py.*\n(.*\n)*SyntaxError: /);
  });

  test('because its image ends at once is refused by verify, without a value of its log', async () => {
    const report = await verify({
      image: await imageThatEnds("Key (login)=(jane) is wrong for 'Jane Doe'"),
      postgresImage: 'postgres:17',
      backup: backup().zip,
      baseUrl: new URL('http://odoo-gate.test'),
      treatment: 'as-found',
      only: ['stack.*', 'smoke.login', 'backup.*'],
      progress: silentProgress,
      signal: new AbortController().signal,
    });
    const statuses = Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));
    expect(statuses).toMatchObject({
      'backup.filestore-complete': 'passed',
      'stack.boot': 'failed',
      'stack.modules': 'inconclusive',
      'stack.assets': 'inconclusive',
      'stack.log': 'inconclusive',
      'smoke.login': 'inconclusive',
    });
    expect(report.verdict).toBe('refuse');
    expect(JSON.stringify(report)).toContain('Key (login)=(…) is wrong');
    expect(JSON.stringify(report)).not.toMatch(/jane/i);
  });
});

/** An image of Odoo whose entry point says something and ends. */
async function imageThatEnds(words: string): Promise<string> {
  const { docker } = demo().engine;
  const container = await docker.createContainer({
    Image: demo().image.id,
    Entrypoint: ['sh', '-c', 'echo "$WORDS"; exit 1'],
    Env: [`WORDS=${words}`],
    Labels: demo().run.labels,
  });
  const reference = { repo: 'odoo-gate-spec', tag: demo().run.id };
  await container.commit(reference);
  await container.remove({ v: true });
  const name = `${reference.repo}:${reference.tag}`;
  onTestFinished(async () => void (await docker.getImage(name).remove()));
  return name;
}

test('a new database with an addon that depends on nothing known can not be made, and what it misses is named', async () => {
  const { image, postgresImage } = demo();
  const modules = ['gate_missing_module'];
  const made = freshTemplate(demo(), { image, postgresImage, modules, demo: false, addons: [ADDONS] });
  await expect(made).rejects.toMatchObject({
    code: 'init-failed',
    exitCode: 2,
    message: expect.stringContaining('gate_no_such_module'),
  });
});

describe('what goes away in the middle never passes:', () => {
  test('Postgres during the checks', async () => {
    const { postgres, address } = await freshDatabase();
    const results = await withReadOnlySession(address, async (session) => {
      const context = await sanitizeContext(session, { baseUrl: new URL('http://odoo-gate.test') });
      let ended = 0;
      const slow = sanitizeChecks.map((check) => ({
        ...check,
        run: async (given: typeof context) => {
          if (ended++ === 1) await postgres.container.kill();
          return check.run(given);
        },
      }));
      return runChecks(slow, context);
    });
    // What the schema alone proves not to apply was known before.
    const asked = results.slice(1).filter(({ status }) => status !== 'not-applicable');
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set(['inconclusive']));
    expect(
      judge(
        results,
        sanitizeChecks.map(({ id }) => id),
      ).verdict,
    ).toBe('inconclusive');
  });
});
