import { createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Odoo's own minimum from 17 on (base/models/res_users.py): with less it would rehash at the first login. */
const ROUNDS = 600_000;

/** A passlib `pbkdf2_sha512` hash, as Odoo 14 to 19 keep it; with a key always the same, so that a second run changes nothing. */
export async function stagingHash(password: string, key?: string): Promise<string> {
  const salt = key === undefined ? randomBytes(16) : saltUnder(key, password);
  const checksum = await derive(password, salt, ROUNDS, 64, 'sha512');
  return `$pbkdf2-sha512$${ROUNDS}$${passlibBase64(salt)}$${passlibBase64(checksum)}`;
}

const saltUnder = (key: string, password: string) =>
  createHmac('sha256', key).update(`staging password ${password}`).digest().subarray(0, 16);

/** passlib's alphabet: `.` for `+`, no padding. */
function passlibBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '.').replaceAll('=', '');
}
