import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { UsageError } from '../errors.ts';
import { type QuickHash, quickHash } from './quick-hash.ts';

/** What a value is. The order is that of the numbers in the file: add at the end. */
export const KINDS = ['name', 'street', 'email', 'phone', 'account', 'tax-id', 'identity'] as const;
export type Kind = (typeof KINDS)[number];

/** How a value is looked for: kinds of one family can't be told apart by their shape. */
export type Family = 'words' | 'code' | 'email';

/** One normalized form of a value. A weak one may be a common word: it is counted and never fails alone. */
export interface Form {
  kind: Kind;
  family: Family;
  /** Words joined by one space; letters and digits of a code; an address in lower case. */
  text: string;
  strong: boolean;
}

export const MAC_LENGTH = 16;

/** Everything that one secret key and one salt yield. */
export interface FingerprintKeys {
  /** HMAC of a constant: tells a wrong key from an empty result. */
  checkValue: Buffer;
  /** Key of the file's encrypted part. */
  seal: Buffer;
  quick: QuickHash;
  /** HMAC-SHA-256 of a form, its first 128 bits. */
  mac(family: Family, text: string): Buffer;
}

const SHORTEST_KEY = 16;
const SALT_LENGTH = 16;

/** Throws `UsageError('fingerprint-key-short')`: with a guessable key anyone can test guesses of values. */
export function deriveKeys(secret: string, salt: Buffer): FingerprintKeys {
  if (secret.length < SHORTEST_KEY) {
    throw new UsageError('fingerprint-key-short', `The fingerprint key is shorter than ${SHORTEST_KEY} characters.`, {
      next: 'Make one with: openssl rand -hex 32, and use the same beside production and beside the copy.',
    });
  }
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, `odoo-gate fingerprints 1: ${purpose}`, length));
  const key = derive('values', 32);
  return {
    checkValue: createHmac('sha256', derive('check', 32)).update('odoo-gate').digest().subarray(0, MAC_LENGTH),
    seal: derive('seal', 32),
    quick: quickHash(derive('quick', 20)),
    mac: (family, text) => createHmac('sha256', key).update(`${family}\0${text}`).digest().subarray(0, MAC_LENGTH),
  };
}

/** What a new file's values are hashed with. */
export function newKeys(secret: string): { salt: Buffer; keys: FingerprintKeys } {
  const salt = randomBytes(SALT_LENGTH);
  return { salt, keys: deriveKeys(secret, salt) };
}
