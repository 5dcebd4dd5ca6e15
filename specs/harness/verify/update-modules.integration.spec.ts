import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../../harness/check.ts';
import { connect } from '../../../harness/database/connection.ts';
import { withReadOnlySession } from '../../../harness/database/read-only.ts';
import { runChecks } from '../../../harness/run.ts';
import { sanitizeChecks } from '../../../harness/sanitize-checks/checks.ts';
import { sanitizeContext } from '../../../harness/sanitize-checks/context.ts';
import { startOdoo } from '../../../harness/stack/odoo.ts';
import { DriftWatch } from '../../../harness/verify/drift-watch.ts';
import { ASKED_AGAIN } from '../../../harness/verify/plan.ts';
import { updateModules } from '../../../harness/verify/update-modules.ts';
import { useDemoStack } from '../../support/demo-stack.ts';

const BROKEN = join(import.meta.dirname, '../../../fixtures/addons/broken');
const OPTIONS = { baseUrl: new URL('http://odoo-gate.test') };

const demo = useDemoStack({ odoo: false });

async function write(...statements: string[]): Promise<void> {
  const client = await connect(demo().database);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const update = (modules: readonly string[], addons: readonly string[] = []) =>
  updateModules(
    demo().context,
    { image: demo().image, filestore: demo().filestore, postgres: { address: () => demo().database } },
    { modules, addons },
  );

describe('an update of modules', () => {
  test('passes when Odoo loads them without an error, and Odoo starts on what it left', async () => {
    await write("UPDATE ir_module_module SET latest_version = '19.0.0.9' WHERE name = 'payment_stripe'");
    const { result, dataVolume = 'none' } = await update(['payment_stripe']);
    expect(result).toMatchObject({ id: 'stack.update', status: 'passed' });
    const client = await connect(demo().database);
    const { rows } = await client.query(
      "SELECT state, latest_version <> '19.0.0.9' AS updated FROM ir_module_module WHERE name = 'payment_stripe'",
    );
    await client.end();
    expect(rows).toEqual([{ state: 'installed', updated: true }]);

    const { context, image, database } = demo();
    const odoo = await startOdoo(context.engine, { ...context, image, database, dataVolume });
    expect(odoo.log.errorCount).toBe(0);
    await odoo.container.remove({ force: true, v: true });
  });

  test('with a module that is not installed fails before it begins, and names it', async () => {
    expect((await update(['payment_stripe', 'gate_nothing'])).result).toMatchObject({
      status: 'failed',
      findings: [{ message: '`gate_nothing` is not installed here: nothing was updated' }],
    });
  });

  test('that ends in an error fails, and names file and error', async () => {
    await write(
      "INSERT INTO ir_module_module (name, state, latest_version, demo) VALUES ('gate_syntax_error', 'installed', '19.0.1.0.0', false)",
    );
    const { result } = await update(['gate_syntax_error'], [BROKEN]);
    await write("DELETE FROM ir_module_module WHERE name = 'gate_syntax_error'");
    expect(result.status).toBe('failed');
    expect(JSON.stringify(result)).toMatch(/gate_syntax_error|SyntaxError/);
  });
});

describe('what was undone', () => {
  let results: CheckResult[];
  beforeAll(async () => {
    await demo().odooCommand('neutralize');
    await write('DELETE FROM ir_cron_trigger');
    const watch = new DriftWatch(demo().database, OPTIONS, ['sanitize.drift', 'sanitize.crons-ran']);
    const before = await withReadOnlySession(demo().database, async (session) => {
      await watch.begin(session);
      const asked = sanitizeChecks.filter(({ id }) => ASKED_AGAIN.includes(id));
      return runChecks(asked, await sanitizeContext(session, OPTIONS));
    });
    expect(before.find(({ id }) => id === 'sanitize.crons')?.status).toBe('passed');

    // As `-u` does where a module says active="True".
    await write('UPDATE ir_cron SET active = true, nextcall = now() WHERE id = (SELECT max(id) FROM ir_cron)');
    await watch.ask('update');
    // What happens once the moment is held belongs to the next.
    const held = Promise.withResolvers<void>();
    const asking = watch.ask('boot', held.resolve);
    await held.promise;
    await asking;
    await write(
      "UPDATE ir_cron SET lastcall = now() at time zone 'utc' WHERE id = (SELECT max(id) FROM ir_cron)",
      "UPDATE ir_mail_server SET smtp_host = 'smtp.example.org' WHERE active",
    );
    await watch.ask('flows');
    results = watch.judge(before);
  });

  test('is told once, with the moment since when', () => {
    expect(results.find(({ id }) => id === 'sanitize.drift')).toMatchObject({
      status: 'failed',
      findings: expect.arrayContaining([
        expect.objectContaining({
          message: 'scheduled jobs are active (since the update of the modules)',
          location: 'ir_cron.active',
          count: 1,
        }),
        expect.objectContaining({
          message: 'active outgoing mail servers that are not sinks (since the flows)',
          location: 'ir_mail_server.active',
        }),
      ]),
    });
  });

  test('a job that ran is found by its last call', () => {
    expect(results.find(({ id }) => id === 'sanitize.crons-ran')).toMatchObject({
      status: 'failed',
      findings: [{ message: 'scheduled jobs ran (since the flows)', location: 'ir_cron.lastcall', count: 1 }],
    });
  });
});
