import type { DatabaseAddress } from '../database/connection.ts';
import { connect } from '../database/connection.ts';
import { stagingHash } from '../sanitize/staging-hash.ts';

/** The user that the browser signs in as. */
export interface Administrator {
  id: number;
  login: string;
}

/**
 * An administrator of the database: the one that Odoo came with, else the oldest in group Settings.
 * undefined when there is none.
 */
export async function findAdministrator(address: DatabaseAddress): Promise<Administrator | undefined> {
  const client = await connect(address);
  try {
    const { rows } = await client.query<Administrator>(
      `SELECT u.id, u.login FROM res_users u
         JOIN res_groups_users_rel r ON r.uid = u.id
         JOIN ir_model_data g ON g.model = 'res.groups' AND g.module = 'base' AND g.name = 'group_system' AND g.res_id = r.gid
         LEFT JOIN ir_model_data d ON d.model = 'res.users' AND d.module = 'base' AND d.name = 'user_admin' AND d.res_id = u.id
        WHERE u.active AND u.id <> 1
        ORDER BY d.id IS NULL, u.id LIMIT 1`,
    );
    return rows[0];
  } catch (error) {
    // No such table: the checks say what is wrong with this database.
    if ((error as { code?: string }).code === '42P01') return undefined;
    throw error;
  } finally {
    await client.end();
  }
}

/**
 * Gives one user of a throw-away copy a password and takes the second factor away, so that the browser can sign in where
 * nobody knows production's passwords. Done after the checks took their snapshot: it never helps the copy to pass.
 */
export async function openDoorForSmoke(
  address: DatabaseAddress,
  { id }: Administrator,
  password: string,
): Promise<void> {
  const client = await connect(address);
  try {
    await client.query('UPDATE res_users SET password = $1 WHERE id = $2', [await stagingHash(password), id]);
    const { rows } = await client.query(
      `SELECT 1 FROM pg_attribute WHERE attrelid = 'res_users'::regclass AND attname = 'totp_secret' AND NOT attisdropped`,
    );
    if (rows.length > 0) await client.query('UPDATE res_users SET totp_secret = NULL WHERE id = $1', [id]);
  } finally {
    await client.end();
  }
}
