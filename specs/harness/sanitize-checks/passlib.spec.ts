import { describe, expect, test } from 'vitest';
import { stagingHash } from '../../../harness/sanitize/staging-hash.ts';
import { parsePasslibHash, verifyPasslibHash } from '../../../harness/sanitize-checks/passlib.ts';

// Made by Odoo 19's own passlib.
const BY_ODOO =
  '$pbkdf2-sha512$600000$PkeIkTKG8F7rvff.X6s1pg$kDMGFJlJSnUSRL5ARUfWv2F63ZXKjTnU4NYfPgwex397afbyZcBNXAl/phmKDDg1fgE5RsFmA4lPTN70IQP/Pw';

async function verify(hash: string, password: string): Promise<boolean> {
  const parsed = parsePasslibHash(hash);
  return parsed !== undefined && verifyPasslibHash(parsed, password);
}

describe('a passlib hash', () => {
  test('that Odoo made is verified', async () => {
    expect(await verify(BY_ODOO, 'Sommer-Regatta-1987')).toBe(true);
  });

  test('is not verified by a password that differs in case', async () => {
    expect(await verify(BY_ODOO, 'sommer-regatta-1987')).toBe(false);
  });

  test('that the sanitizer made is verified, and never twice the same', async () => {
    const [one, two] = await Promise.all([stagingHash('grün 7'), stagingHash('grün 7')]);
    expect(one).not.toBe(two);
    expect(await verify(one, 'grün 7')).toBe(true);
  });

  test.each([
    ['plain text', 'admin'],
    ['nothing', ''],
    ['another scheme', '$pbkdf2-sha256$29000$c2FsdA$AAAA'],
    ['a short checksum', '$pbkdf2-sha512$1000$c2FsdA$AAAA'],
    ['no rounds', `$pbkdf2-sha512$0$c2FsdA$${'A'.repeat(86)}`],
    ['rounds that would take minutes', `$pbkdf2-sha512$9999999$c2FsdA$${'A'.repeat(86)}`],
    ['text after it', `$pbkdf2-sha512$1000$c2FsdA$${'A'.repeat(86)}x`],
  ])('is not read from %s', (_title, hash) => {
    expect(parsePasslibHash(hash)).toBeUndefined();
  });
});
