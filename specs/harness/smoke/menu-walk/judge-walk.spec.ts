import { expect, test } from 'vitest';
import { judgeWalk, visitsOf } from '../../../../harness/smoke/menu-walk/judge-walk.ts';
import type { RoleWalk } from '../../../../harness/smoke/menu-walk/role-walk.ts';
import { screen, visit, walk } from './sample-visit.ts';

const judge = (walks: RoleWalk[], change: Partial<Parameters<typeof judgeWalk>[1]> = {}) =>
  judgeWalk(walks, { logged: [], durationMs: 1, excused: () => false, ...change });
const open = { screen, reason: 'the budget was used up', isOpen: true };

test('a walk passes with one assertion for each step', () => {
  expect(judge([walk()])).toMatchObject({ id: 'smoke.menus', status: 'passed', assertions: 2 });
});

test('what an interrupted walk has seen counts', () => {
  const seen = { at: 1, walk: 1, broken: false, assertions: 7, views: { shown: 2, offered: 3 }, openedRecord: true };
  const resumed = walk({ visits: [], resumed: [{ screen, seen }] });
  expect(judge([resumed])).toMatchObject({ status: 'passed', assertions: 7 });
  expect(visitsOf(resumed)).toMatchObject({ menus: { seen: 2, total: 2 }, views: { seen: 2, total: 3 }, records: 1 });
});

test.each<[string, RoleWalk[], string, string]>([
  [
    'a screen that the budget left out',
    [walk({ notReached: [open] })],
    'inconclusive',
    'as admin: the budget was used up (1 not reached, the first Sales / Orders)',
  ],
  [
    'a role without anything to open',
    [walk(), walk({ role: 'user', screens: [], visits: [] })],
    'inconclusive',
    'user: there is nothing to open',
  ],
  ['no walk at all', [], 'inconclusive', 'the check made no assertion'],
])('%s: %s', (_, walks, status, reason) => {
  expect(judge(walks)).toMatchObject({ status, reason });
});

test('a menu that leads out of Odoo stands in nobody’s way', () => {
  const out = { screen: { ...screen, key: 'b' }, reason: 'leads to apps.example.com, out of Odoo', isOpen: false };
  expect(judge([walk({ notReached: [out] })])).toMatchObject({ status: 'passed' });
  expect(visitsOf(walk({ notReached: [out] }))).toMatchObject({ menus: { seen: 2, total: 4 } });
});

test('what is excused by name may stay unseen', () => {
  expect(judge([walk({ notReached: [open] })], { excused: (each) => each === open })).toMatchObject({
    status: 'passed',
  });
});

test('a broken screen fails the walk, whatever was not reached', () => {
  expect(judge([walk({ visits: [visit(['stuck'])], notReached: [open] })])).toMatchObject({ status: 'failed' });
});

test('a finding names menu, step, role, and what Odoo logged in that time', () => {
  const logged = [
    { at: 1_500, message: 'ERROR: of another step' },
    { at: 2_500, message: 'ERROR: it broke' },
  ];
  expect(judge([walk({ visits: [visit(['server-error'])] })], { logged })).toMatchObject({
    findings: [
      {
        message: 'Sales / Orders, kanban, as admin: it is server-error',
        location: 'sale.menu_orders',
        fix: expect.stringMatching(/Odoo logged meanwhile: ERROR: it broke\.$/),
      },
    ],
  });
});

test('one problem on many screens is one finding', () => {
  const other = visit(['broken-asset'], { screen: { ...screen, key: 'other' } });
  expect(judge([walk({ visits: [visit(['broken-asset']), other] })])).toMatchObject({
    findings: [{ message: 'Sales / Orders, kanban, as admin: it is broken-asset (and on 1 more)', count: 2 }],
  });
});

test('a problem that a second visit did not meet still fails, and says so', () => {
  const once = visit(['script-error'], { happenedAgain: false });
  expect(judge([walk({ visits: [once] })])).toMatchObject({
    findings: [{ message: expect.stringContaining('(not when it was opened again)') }],
  });
});
