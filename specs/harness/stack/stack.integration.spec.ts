import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack();

describe('a disposable stack', () => {
  test('serves the login page', async () => {
    const page = await fetch(new URL('/web/login', demo().url));
    expect(await page.text()).toContain('oe_login_form');
  });

  test('runs nothing in its containers but what they are for', async () => {
    const { engine, run } = demo().context;
    const filters = { label: [`odoo-gate.run=${run.id}`] };
    const containers = await engine.docker.listContainers({ filters });
    const inspected = await Promise.all(containers.map(({ Id }) => engine.docker.getContainer(Id).inspect()));
    expect(inspected.map(({ Config }) => Config.Healthcheck?.Test ?? ['NONE'])).toEqual([['NONE'], ['NONE']]);
  });

  test('has the database of the template', async () => {
    const client = new pg.Client(demo().database);
    await client.connect();
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM ir_module_module WHERE state = 'installed'`);
    await client.end();
    expect(rows[0].n).toBeGreaterThan(80);
  });
});
