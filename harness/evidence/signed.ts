import { createHash, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type Envelope, isSignedBy, PAYLOAD_TYPE, parseEnvelope, payloadOf } from './dsse.ts';
import { covers, type Identity } from './identity.ts';
import { keyId } from './keys.ts';

interface Named {
  name: string;
  /** Nothing that they signed counts any more, whenever they did. */
  revoked: boolean;
}

export type KeyParty = Named & { publicKey: KeyObject };

/** Somebody who signs without a key to keep, and how their bundles are opened. */
export type KeylessParty = Named & { identity: Identity; open: OpenBundle };

/** Somebody whose signature is known. */
export type Party = KeyParty | KeylessParty;

/** What was signed, before anybody has looked at it. */
interface Payload {
  payloadType: string;
  payload: Buffer;
}

/** Who signed a Sigstore bundle, and what; or why its proofs do not hold. Never throws. */
export type OpenBundle = (bundle: unknown) => (Payload & { signer: Identity }) | { reason: string };

/** Why nothing in a file counts, in the order in which it is asked. */
export type Unsigned =
  | { problem: 'unreadable' | 'payload-type' }
  | { problem: 'unknown'; reason?: string }
  | { problem: 'revoked'; by: Party };

/** What was signed, and by which of those who were asked for: at least one. */
export interface Signed<Somebody extends Party> {
  body: string;
  by: [Somebody, ...Somebody[]];
  /** Of the file as it was given, 64 hexadecimal digits. */
  sha256: string;
}

/**
 * Opens an in-toto statement in a DSSE envelope or a Sigstore bundle. No byte is handed out that none of these parties
 * signed.
 */
export function openSigned<Somebody extends Party>(
  json: string,
  parties: readonly Somebody[],
): Signed<Somebody> | Unsigned {
  const sealed = parseSealed(json);
  if (sealed === undefined) return { problem: 'unreadable' };
  const signed = parties.flatMap((party) => {
    const payload = payloadSignedBy(party, sealed);
    return payload === undefined ? [] : [{ party, ...payload }];
  });
  const [first, ...more] = signed;
  if (first === undefined) return { problem: 'unknown', ...strangerOf(sealed, parties) };
  // Who is revoked in one entry is revoked.
  const revoked = signed.find(({ party }) => party.revoked);
  if (revoked !== undefined) return { problem: 'revoked', by: revoked.party };
  if (first.payloadType !== PAYLOAD_TYPE) return { problem: 'payload-type' };
  try {
    const body = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(first.payload);
    return { body, by: [first.party, ...more.map(({ party }) => party)], sha256: sha256Of(json) };
  } catch {
    return { problem: 'unreadable' };
  }
}

/** Whether two entries can be one person: they share a key, or a signer that both identities mean. */
export function sharesSigner(one: Party, other: Party): boolean {
  if ('publicKey' in one) return 'publicKey' in other && keyId(one.publicKey) === keyId(other.publicKey);
  return 'identity' in other && (covers(one.identity, other.identity) || covers(other.identity, one.identity));
}

type Sealed = { envelope: Envelope } | { bundle: unknown };

const bundle = z.looseObject({ mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle') });

function parseSealed(json: string): Sealed | undefined {
  const envelope = parseEnvelope(json);
  if (envelope !== undefined) return { envelope };
  try {
    return { bundle: bundle.parse(JSON.parse(json)) };
  } catch {
    return undefined;
  }
}

function payloadSignedBy(party: Party, sealed: Sealed): Payload | undefined {
  if ('publicKey' in party) {
    return 'envelope' in sealed && isSignedBy(sealed.envelope, party.publicKey)
      ? { payloadType: sealed.envelope.payloadType, payload: payloadOf(sealed.envelope) }
      : undefined;
  }
  const opened = 'bundle' in sealed ? party.open(sealed.bundle) : undefined;
  return opened !== undefined && 'signer' in opened && covers(party.identity, opened.signer) ? opened : undefined;
}

/** Whose a bundle is instead. People's addresses are not told. */
function strangerOf(sealed: Sealed, parties: readonly Party[]): { reason?: string } {
  if ('envelope' in sealed) return {};
  const keyless = parties.find((party) => 'open' in party);
  if (keyless === undefined) return { reason: 'the policy names nobody who signs without a key' };
  const opened = keyless.open(sealed.bundle);
  if ('reason' in opened) return opened;
  const { subject, issuer } = opened.signer;
  const [who, where] = [subject, issuer].map((each) => (/^https:\/\/[!-~]+$/.test(each) ? each : 'somebody'));
  return { reason: `it is signed by ${who}, known to ${where}` };
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
