import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { useDemoStack } from '../../support/demo-stack.ts';

const demo = useDemoStack();

describe('a disposable stack', () => {
  test('serves the login page', async () => {
    const page = await fetch(new URL('/web/login', demo().url));
    expect(await page.text()).toContain('oe_login_form');
  });

  test('has the database of the template', async () => {
    const client = new pg.Client(demo().database);
    await client.connect();
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM ir_module_module WHERE state = 'installed'`);
    await client.end();
    expect(rows[0].n).toBeGreaterThan(80);
  });
});
