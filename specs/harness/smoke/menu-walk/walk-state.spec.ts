import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WalkState } from '../../../../harness/smoke/menu-walk/walk-state.ts';
import { screen, visit } from './sample-visit.ts';

const odoo = { url: new URL('http://odoo:8069'), database: 'uat' };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'walk-state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const begin = (resume: boolean, on = odoo) => WalkState.begin(folder, on, resume);

test('a walk that goes on passes over what it found sound', () => {
  begin(false).add('admin', visit());
  expect(begin(true).soundSoFar('admin', screen)).toMatchObject({ assertions: 2, views: { shown: 1, offered: 1 } });
});

test.each<[string, () => void, boolean, typeof odoo]>([
  ['was not asked to go on', () => begin(false).add('admin', visit()), false, odoo],
  ['saw it broken', () => begin(false).add('admin', visit(['stuck'])), true, odoo],
  ['saw it as another role', () => begin(false).add('user', visit()), true, odoo],
  ['was on another database', () => begin(false).add('admin', visit()), true, { ...odoo, database: 'prod' }],
  ['was on another Odoo', () => begin(false).add('admin', visit()), true, { ...odoo, url: new URL('http://other') }],
  [
    'had reached everything',
    () => {
      const state = begin(false);
      state.add('admin', visit());
      state.complete();
    },
    true,
    odoo,
  ],
  ['left a file that can not be read', () => writeFileSync(join(folder, 'menu-walk.json'), '{"schema":'), true, odoo],
])('a screen is looked at again where the walk before %s', (_, before, resume, on) => {
  before();
  expect(begin(resume, on).soundSoFar('admin', screen)).toBeUndefined();
});

test('a new walk knows what was seen before it', () => {
  begin(false).add('admin', visit());
  expect(begin(false).lastSeen('admin')).toEqual({ [screen.key]: expect.any(Number) });
});
