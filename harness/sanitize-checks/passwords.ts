import type { SanitizeContext } from './context.ts';
import { parsePasslibHash, verifyPasslibHash } from './passlib.ts';
import type { Examination } from './rule.ts';
import { whyUnreadable } from './unreadable.ts';

/** A sanitized copy has one hash; each further one costs the time of a login to verify. */
const MOST_HASHES = 3;
const LOCATION = 'res_users.password';

/**
 * Every stored password has to be the staging password. Only hashes leave the database, never a value that is not
 * one: Odoo accepts plain text in that column too.
 */
export async function judgePasswords({ session, stagingPassword }: SanitizeContext): Promise<Examination> {
  const result: Examination = { assertions: 0, findings: [], unclear: [] };
  if (!session.schema.has('res_users', 'password')) {
    result.unclear.push('res_users.password is missing');
    return result;
  }
  let hashes: { hash: string | null; users: string }[];
  try {
    hashes = await session.query(
      `SELECT CASE WHEN password LIKE '$pbkdf2-sha512$%' THEN password END AS hash, count(*) AS users
         FROM res_users WHERE password <> '' GROUP BY 1 ORDER BY 2 DESC LIMIT ${MOST_HASHES + 2}`,
    );
  } catch (error) {
    result.unclear.push(whyUnreadable('res_users', error));
    return result;
  }
  result.assertions += Math.max(hashes.length, 1);
  const fix = "Set every user's password to the staging password, or run odoo-gate sanitize --anonymize.";
  const foreign = hashes.find(({ hash }) => hash === null);
  if (foreign !== undefined) {
    const message = 'passwords in plain text or of an unknown scheme';
    result.findings.push({ message, location: LOCATION, count: Number(foreign.users), fix });
  }
  const known = hashes.filter((row): row is { hash: string; users: string } => row.hash !== null);
  if (known.length > MOST_HASHES) {
    const message = `more than ${MOST_HASHES} different passwords: a sanitized copy has one`;
    result.findings.push({ message, location: LOCATION, fix });
    return result;
  }
  if (known.length > 0 && stagingPassword === undefined) {
    result.unclear.push("the staging password was not given: stored passwords can't be judged");
    return result;
  }
  for (const { hash, users } of known) {
    const parsed = parsePasslibHash(hash);
    if (parsed !== undefined && (await verifyPasslibHash(parsed, stagingPassword ?? ''))) continue;
    const message = 'passwords that are not the staging password';
    result.findings.push({ message, location: LOCATION, count: Number(users), fix });
  }
  return result;
}
