import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Odoo asks for 600 000; many times that is no staging hash but a way to keep us busy. */
const MOST_ROUNDS = 2_000_000;

interface PasslibHash {
  rounds: number;
  salt: Buffer;
  checksum: Buffer;
}

/** Reads passlib's `$pbkdf2-sha512$rounds$salt$checksum`, whose base64 has `.` for `+` and no padding. */
export function parsePasslibHash(hash: string): PasslibHash | undefined {
  const match = hash.match(/^\$pbkdf2-sha512\$([1-9]\d{0,6})\$([A-Za-z0-9./]+)\$([A-Za-z0-9./]{86})$/);
  const [, rounds, salt, checksum] = match ?? [];
  if (rounds === undefined || salt === undefined || checksum === undefined) return undefined;
  if (Number(rounds) > MOST_ROUNDS) return undefined;
  const decode = (text: string) => Buffer.from(text.replaceAll('.', '+'), 'base64');
  return { rounds: Number(rounds), salt: decode(salt), checksum: decode(checksum) };
}

/** Whether `password` is the one the hash was made of. */
export async function verifyPasslibHash({ rounds, salt, checksum }: PasslibHash, password: string): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, rounds, checksum.length, 'sha512'), checksum);
}
