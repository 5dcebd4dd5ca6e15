import { expect, test } from 'vitest';
import { ASKED_AGAIN, needsOdoo, VERIFY_CHECKS } from '../../../harness/verify/plan.ts';

// Written out: a check that falls out of the plan, for want of a file perhaps, must not go unseen.
test.each([
  'sanitize.recognized',
  'sanitize.mail-servers',
  'sanitize.incoming-mail',
  'sanitize.waiting-mail',
  'sanitize.crons',
  'sanitize.webhooks',
  'sanitize.base-url',
  'sanitize.neutralized',
  'sanitize.payment',
  'sanitize.point-of-sale',
  'sanitize.delivery',
  'sanitize.e-invoicing',
  'sanitize.integrations',
  'sanitize.marketing',
  'sanitize.calendars',
  'sanitize.web',
  'sanitize.shared-links',
  'sanitize.postgres',
  'sanitize.credentials',
  'sanitize.users',
  'sanitize.partners',
  'sanitize.documents',
  'sanitize.messages',
  'sanitize.secrets',
  'sanitize.fixed-point',
  'sanitize.drift',
  'sanitize.crons-ran',
  'backup.filestore-complete',
  'stack.boot',
  'stack.modules',
  'stack.rpc',
  'stack.assets',
  'smoke.login',
  'smoke.apps',
  'smoke.quotation',
  'stack.log',
])('a promotion requires %s', (id) => {
  expect(VERIFY_CHECKS).toContain(id);
});

test('no check is planned twice', () => {
  expect(VERIFY_CHECKS).toHaveLength(new Set(VERIFY_CHECKS).size);
});

test('what is asked again is asked in the first place', () => {
  expect(VERIFY_CHECKS).toEqual(expect.arrayContaining([...ASKED_AGAIN]));
});

test('what lies in the database is asked without Odoo, the rest needs it', () => {
  expect(VERIFY_CHECKS.filter((id) => !needsOdoo(id)).every((id) => /^(sanitize|backup)\./.test(id))).toBe(true);
  expect(needsOdoo('sanitize.drift')).toBe(true);
});
