import pg from 'pg';
import type { Writer } from '../writer.ts';

const SYSTEM_LOGINS = {
  user_root: '__system__',
  user_admin: 'admin',
  public_user: 'public',
  template_portal_user_id: 'portaltemplate',
  default_user: 'default',
};
/** Users that nobody signs in as. */
const WITHOUT_PASSWORD = ['user_root', 'public_user', 'template_portal_user_id', 'default_user'];

const withXmlid = (names: readonly string[]) =>
  `t.id IN (SELECT d.res_id FROM ir_model_data d WHERE d.model = 'res.users' AND d.module = 'base'
              AND d.name IN (${names.map((name) => `'${name}'`).join(', ')}))`;

/** One staging password for all who sign in, and logins that say nothing of who they were. */
export async function anonymizeUsers(writer: Writer, passwordHash: string): Promise<void> {
  const named = Object.entries(SYSTEM_LOGINS).map(([xmlid, login]) => `t.login = '${login}' AND ${withXmlid([xmlid])}`);
  // All leave their old login first, so that nobody stands in the way of `admin`.
  await writer.set(
    'res_users',
    { login: "'user-' || pg_temp.code('login ' || t.id) || '@example.com'" },
    {
      where: `t.login !~ '^user-[0-9a-f]{12}@example[.]com$' AND NOT (${named.join(' OR ')})`,
      kinds: { login: 'login' },
    },
  );
  for (const [xmlid, login] of Object.entries(SYSTEM_LOGINS)) {
    const where = `${withXmlid([xmlid])} AND t.login <> '${login}'`;
    await writer.set('res_users', { login: `'${login}'` }, { where, kinds: { login: 'login' } });
  }
  const name = '(SELECT p.name FROM res_partner p WHERE p.id = t.partner_id)';
  const values = {
    password: `CASE WHEN ${withXmlid(WITHOUT_PASSWORD)} THEN NULL ELSE ${pg.escapeLiteral(passwordHash)} END`,
    signature: `CASE WHEN t.signature <> '' THEN '<div>' || ${name} || '</div>' ELSE t.signature END`,
    livechat_username: `CASE WHEN t.livechat_username <> '' THEN ${name} END`,
    out_of_office_message: 'NULL',
    oauth_uid: 'NULL',
  };
  for (const [column, value] of Object.entries(values)) {
    await writer.set(
      'res_users',
      { [column]: value },
      { where: `t."${column}" IS DISTINCT FROM ${value}`, needs: [column], kinds: { [column]: column } },
    );
  }
}
