import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Finding } from '../../../../harness/check.ts';
import { connect } from '../../../../harness/database/connection.ts';
import { connectOdoo } from '../../../../harness/odoo-rpc/client.ts';
import { silentProgress } from '../../../../harness/progress.ts';
import type { Visitor } from '../../../../harness/smoke/menu-walk/roles.ts';
import { type MenuWalkOutcome, walkMenus } from '../../../../harness/smoke/menu-walk/walk-menus.ts';
import { useDemoStack } from '../../../support/demo-stack.ts';

const ADDON = 'gate_broken_screens';
const PLAIN = { login: 'plain-user', password: 'plain-user-password' };
/** Far more than a healthy screen takes, and what the endless one costs. */
const PATIENCE_MS = 15_000;

const stack = useDemoStack({ addons: [join(import.meta.dirname, '../../../../fixtures/addons/broken_screens')] });
let outDir: string;
let asAdmin: MenuWalkOutcome;
let asOthers: MenuWalkOutcome;

// One walk over everything: whatever is told beside the planted defects is a false alarm.
beforeAll(async () => {
  outDir = mkdtempSync(join(tmpdir(), 'menu-walk-spec-'));
  await plantBrokenScreens();
  asAdmin = await walk([{ role: 'admin', ...stack().admin }], 'admin');
  asOthers = await walk([{ role: 'user', ...PLAIN }, { role: 'public' }], 'others');
}, 600_000);
afterAll(() => rmSync(outDir, { recursive: true }));

function walk(visitors: Visitor[], folder: string): Promise<MenuWalkOutcome> {
  const { url, database } = stack();
  return walkMenus({
    url,
    database: database.database,
    outDir: join(outDir, folder),
    visitors,
    patienceMs: PATIENCE_MS,
    progress: silentProgress,
  });
}

/** Installs the addon, breaks by hand what Odoo would refuse to install, and makes a user without any further group. */
async function plantBrokenScreens(): Promise<void> {
  const { url, database, admin } = stack();
  const odoo = connectOdoo({ url, database: database.database, ...admin, timeoutMs: 120_000 });
  await odoo.executeKw('ir.module.module', 'update_list', []);
  const modules = await odoo.searchRead('ir.module.module', [['name', '=', ADDON]], z.object({ name: z.string() }));
  await odoo.executeKw('ir.module.module', 'button_immediate_install', [modules.map(({ id }) => id)]);
  const groups = await odoo.searchRead(
    'ir.model.data',
    [
      ['module', '=', 'base'],
      ['name', '=', 'group_user'],
    ],
    z.object({ res_id: z.int() }),
  );
  await odoo.create('res.users', { name: 'Plain', ...PLAIN, group_ids: [[6, 0, groups.map(({ res_id }) => res_id)]] });
  const client = await connect(database);
  const planted = `(SELECT res_id FROM ir_model_data WHERE module = '${ADDON}' AND name = $1)`;
  try {
    await client.query(
      `UPDATE ir_ui_view SET arch_db = jsonb_build_object('en_US', replace(arch_db->>'en_US', 'name="name"', 'name="missing"')) WHERE id = ${planted}`,
      ['kanban_missing'],
    );
    await client.query(`UPDATE ir_act_window SET res_model = 'gate.missing' WHERE id = ${planted}`, [
      'action_missing_model',
    ]);
  } finally {
    await client.end();
  }
}

function findingsOf({ result }: MenuWalkOutcome): readonly Finding[] {
  return result.status === 'failed' ? result.findings : [];
}

test.each([
  [
    'a field that a view names and the model lacks',
    'Broken / Missing Field, kanban, as admin: TypeError: ',
    `${ADDON}.menu_missing_field`,
  ],
  [
    'an exception as a screen is mounted',
    'Broken / Throwing, opened, as admin: TypeError: thrown as it is mounted',
    `${ADDON}.menu_throwing | addon ${ADDON}`,
  ],
  [
    'a compute that raises',
    `Broken / Failing Compute, opened, as admin: The server answered with builtins.ZeroDivisionError, raised at ${ADDON}/models.py:14 in _compute_failing`,
    `${ADDON}.menu_failing_compute | addon ${ADDON} | /web/dataset/call_kw/gate.thing/web_search_read`,
  ],
  [
    'an action to a missing model',
    'Broken / Missing Model, hidden, as admin: It opens the model gate.missing',
    'ir.ui.menu,',
  ],
  [
    'an endless spinner',
    'Broken / Endless, opened, as admin: A call had no answer after 15 s',
    `${ADDON}.menu_endless | addon ${ADDON}`,
  ],
  [
    'a broken asset',
    'Broken / Without Style, opened, as admin: What is served there is no such asset',
    `${ADDON}.menu_without_style | addon ${ADDON} | /${ADDON}/static/src/missing.css`,
  ],
  ['a 500 of a controller', 'Broken / Failing, opened, as admin: HTTP 500', `${ADDON}.menu_failing | addon ${ADDON}`],
  [
    'a form that is dirty as it opens',
    'Broken / Dirty, first record, as admin: The form wants to be saved',
    `${ADDON}.menu_dirty`,
  ],
])('%s is caught, and blamed on its menu', (_, message, location) => {
  expect(findingsOf(asAdmin)).toContainEqual(
    expect.objectContaining({
      message: expect.stringContaining(message),
      location: expect.stringContaining(location),
    }),
  );
});

test('no healthy screen is blamed, and nothing is told twice', () => {
  expect(findingsOf(asAdmin).filter(({ message }) => !message.startsWith('Broken / '))).toEqual([]);
  expect(findingsOf(asAdmin)).toHaveLength(8);
});

test('an access error that only a plain user meets is told as theirs', () => {
  expect(findingsOf(asOthers)).toEqual([
    expect.objectContaining({
      message: `Broken / Guarded, opened, as user: The server answered with odoo.exceptions.AccessError, raised at ${ADDON}/models.py:17 in _compute_guarded`,
      location: expect.stringContaining(`${ADDON}.menu_guarded | addon ${ADDON}`),
    }),
  ]);
});

test('of the menus that an administrator sees, at least 95 % are opened, and of the others is said why not', () => {
  const [visits] = asAdmin.visits;
  const { seen = 0, total = 0 } = visits?.menus ?? {};
  expect(total).toBeGreaterThan(100);
  expect(seen / total).toBeGreaterThanOrEqual(0.95);
  expect(visits?.notReached).toEqual([
    { screen: 'Apps / Apps / Theme Store', reason: 'leads to apps.odoo.com, out of Odoo' },
    { screen: 'Apps / Apps / Third-Party Apps', reason: 'leads to apps.odoo.com, out of Odoo' },
  ]);
});

test('views and first records are counted, and the pages of the public', () => {
  expect(asAdmin.visits).toMatchObject([
    {
      role: 'admin',
      broken: 8,
      views: { seen: expect.toSatisfy((seen) => seen > 200) },
      records: expect.toSatisfy((records) => records > 50),
    },
  ]);
  expect(asOthers.visits).toMatchObject([
    { role: 'user', broken: 1 },
    { role: 'public', broken: 0, pages: { seen: 3, total: 3 } },
  ]);
});

test('each broken screen that is shown has its picture', () => {
  expect(asAdmin.artifacts).toHaveLength(7);
  for (const { path } of asAdmin.artifacts) expect(existsSync(join(outDir, 'admin', path))).toBe(true);
});
