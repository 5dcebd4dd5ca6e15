import { createHash, type KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { bodyOf, PAYLOAD_TYPE, parseEnvelope, signersOf } from './dsse.ts';
import { keyId } from './keys.ts';

/** Somebody whose signature is known. */
export interface Party {
  name: string;
  publicKey: KeyObject;
  /** Nothing that this key signed counts any more, whenever it did. */
  revoked: boolean;
}

/** Why nothing in an envelope counts, in the order in which it is asked. */
export type Unsigned = { problem: 'unreadable' | 'unknown' | 'payload-type' } | { problem: 'revoked'; by: Party };

/** What was signed, and by which of those who were asked for: at least one. */
export interface Signed<Somebody extends Party> {
  body: string;
  by: [Somebody, ...Somebody[]];
  /** Of the file as it was given, 64 hexadecimal digits. */
  sha256: string;
}

/** Opens a DSSE envelope of an in-toto statement. No byte is handed out that none of these parties signed. */
export function openSigned<Somebody extends Party>(
  json: string,
  parties: readonly Somebody[],
): Signed<Somebody> | Unsigned {
  const envelope = parseEnvelope(json);
  if (envelope === undefined) return { problem: 'unreadable' };
  const keys = signersOf(
    envelope,
    parties.map(({ publicKey }) => publicKey),
  );
  const [first, ...more] = parties.filter(({ publicKey }) => keys.includes(keyId(publicKey)));
  if (first === undefined) return { problem: 'unknown' };
  // A key that is revoked in one entry is revoked.
  const revoked = [first, ...more].find((party) => party.revoked);
  if (revoked !== undefined) return { problem: 'revoked', by: revoked };
  if (envelope.payloadType !== PAYLOAD_TYPE) return { problem: 'payload-type' };
  try {
    return { body: bodyOf(envelope), by: [first, ...more], sha256: sha256Of(json) };
  } catch {
    return { problem: 'unreadable' };
  }
}

/** What a body says, if it is spelt as `JSON.stringify` spells it: of a key given twice, two readers may read two values. */
export function readCanonical<Schema extends z.ZodType>(body: string, schema: Schema): z.output<Schema> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return JSON.stringify(value) === body ? schema.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

/** 64 hexadecimal digits. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
