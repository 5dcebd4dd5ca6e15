import { isBlank } from '../anonymized-shape.ts';
import { judgePasswords } from '../passwords.ts';
import type { RuleSet } from '../rule.ts';
import { empty, gone } from '../rule-kinds.ts';

/** Parameters whose key speaks of a secret; those Odoo itself makes or that are switches are left out. */
const SECRET_KEY =
  '(secret|passw|passphrase|token|api[._-]?key|private_key|access_key|vapid|credential|account_sid|enterprise_code|sfu_server_key|account_info)';
const NOT_SECRET = `t.key IN ('database.secret', 'auth_signup.reset_password', 'password.hashing.rounds')
  OR t.key LIKE 'auth_password_policy.%' OR lower(t.value) IN ('true', 'false', 'none', 'dummy') OR t.value ~ '^[0-9]{1,6}$'`;

/** SQL over `ir_config_parameter`, alias `t`: the rules below judge this parameter. */
export const JUDGED_PARAMETER = `t.key ~* '${SECRET_KEY}'`;

export const credentials: RuleSet = {
  id: 'sanitize.credentials',
  title: "Nobody's credentials of production work or are kept",
  why: "Whoever has one of them signs in here, or in production, or at a service on production's account.",
  source:
    'Odoo base, auth_totp, auth_passkey, auth_oauth, auth_ldap, auth_signup; neutralization leaves them. `database.secret` signs sessions, and from 18 reset links (base/models/res_users.py)',
  beside: ['res_users.password: every stored hash against the staging password'],
  severity: 'critical',
  filled: ['res_users', 'ir_config_parameter'],
  modules: {
    // Odoo 14 trusts no device.
    auth_totp: { since: 15, tables: ['auth_totp_device'] },
    auth_passkey: ['auth_passkey_key'],
    auth_oauth: ['auth_oauth_provider'],
    auth_ldap: ['res_company_ldap'],
  },
  rules: () => [
    empty('res_users_apikeys', 'API keys: whoever has one signs in without a password'),
    empty('auth_totp_device', 'trusted devices'),
    empty('auth_passkey_key', 'passkeys'),
    empty('res_device_log', "users' devices, addresses and session identifiers"),
    ...gone('res_users', ['totp_secret'], 'secrets of two-factor authentication'),
    ...gone('res_users', ['oauth_access_token'], "users' tokens for other services"),
    ...gone('res_partner', ['signup_token'], 'open sign-up and password-reset tokens'),
    ...gone('res_company_ldap', ['ldap_password'], 'passwords of the LDAP directory'),
    {
      table: 'auth_oauth_provider',
      columns: ['enabled'],
      none: 't.enabled IS TRUE',
      says: 'sign-in through another service is enabled',
      fix: 'Set auth_oauth_provider.enabled to false.',
      armed: { oneOf: ['true'] },
    },
    {
      table: 'ir_config_parameter',
      columns: ['value', 'key'],
      none: `${JUDGED_PARAMETER} AND NOT (${NOT_SECRET}) AND NOT ${isBlank('value')}`,
      says: 'parameters that hold a secret',
      fix: 'Delete them.',
    },
    {
      table: 'ir_config_parameter',
      columns: ['value', 'key'],
      some: `t.key = 'database.secret' AND NOT ${isBlank('value')}`,
      says: 'the database has no secret to sign sessions with',
      fix: 'Set the parameter database.secret to a new random value.',
      location: 'ir_config_parameter[database.secret]',
    },
    {
      table: 'ir_config_parameter',
      columns: ['write_date', 'create_date', 'key'],
      none: "t.key = 'database.secret' AND NOT coalesce(t.write_date > t.create_date, false)",
      says: "the secret that signs sessions and reset links is the one the database was made with: production's",
      fix: 'Set the parameter database.secret to a new random value, and its write_date.',
      location: 'ir_config_parameter[database.secret]',
    },
  ],
  also: judgePasswords,
};
