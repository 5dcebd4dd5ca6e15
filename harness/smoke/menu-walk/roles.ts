import { UsageError } from '../../errors.ts';

/** As whom the screens are seen: an administrator, a plain internal user, a customer, nobody. */
export const ROLES = ['admin', 'user', 'portal', 'public'] as const;
export type Role = (typeof ROLES)[number];

/** One visitor of the walk; the public signs in as nobody. */
export type Visitor = { role: Exclude<Role, 'public'>; login: string; password: string } | { role: 'public' };

/**
 * The visitors of these roles, in the order of `ROLES`. The administrator is the one of the run; the others' logins and
 * passwords are in ODOO_GATE_USER_LOGIN, ODOO_GATE_USER_PASSWORD, ODOO_GATE_PORTAL_LOGIN and ODOO_GATE_PORTAL_PASSWORD.
 * Throws `UsageError` `unknown-role` or `role-credentials`.
 */
export function visitorsOf(
  roles: readonly string[],
  admin: { login: string; password: string },
  environment: NodeJS.ProcessEnv = process.env,
): Visitor[] {
  const unknown = roles.filter((role) => !ROLES.some((known) => known === role));
  if (unknown.length > 0 || roles.length === 0) {
    throw new UsageError('unknown-role', `There is no role ${unknown.join(', ') || 'to walk as'}.`, {
      next: `Choose from: ${ROLES.join(', ')}.`,
    });
  }
  return ROLES.filter((role) => roles.includes(role)).map((role) => {
    if (role === 'public') return { role };
    if (role === 'admin') return { role, ...admin };
    const variables = [`ODOO_GATE_${role.toUpperCase()}_LOGIN`, `ODOO_GATE_${role.toUpperCase()}_PASSWORD`] as const;
    const [login = '', password = ''] = variables.map((name) => environment[name]);
    if (login === '' || password === '') {
      throw new UsageError('role-credentials', `The role ${role} has no login or no password.`, {
        next: `Set ${variables.join(' and ')}; a secret never goes on the command line.`,
      });
    }
    return { role, login, password };
  });
}
