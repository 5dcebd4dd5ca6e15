import { expect, test } from 'vitest';
import { UsageError } from '../../../../harness/errors.ts';
import { visitorsOf } from '../../../../harness/smoke/menu-walk/roles.ts';

const admin = { login: 'admin', password: 'of-admin' };
const environment = {
  ODOO_GATE_USER_LOGIN: 'plain',
  ODOO_GATE_USER_PASSWORD: 'of-plain',
  ODOO_GATE_PORTAL_LOGIN: 'customer',
  ODOO_GATE_PORTAL_PASSWORD: '',
};

test('the administrator is the one of the run, the others are in the environment, the public is nobody', () => {
  expect(visitorsOf(['public', 'user', 'admin'], admin, environment)).toEqual([
    { role: 'admin', ...admin },
    { role: 'user', login: 'plain', password: 'of-plain' },
    { role: 'public' },
  ]);
});

test.each([
  ['an unknown role', ['owner'], 'unknown-role'],
  ['no role', [], 'unknown-role'],
  ['a role without a password', ['portal'], 'role-credentials'],
])('%s is refused', (_, roles, code) => {
  const ask = () => visitorsOf(roles, admin, environment);
  expect(ask).toThrow(UsageError);
  expect(ask).toThrow(expect.objectContaining({ code }));
});
