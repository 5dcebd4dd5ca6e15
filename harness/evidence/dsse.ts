import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { SigningKey } from './keys.ts';

/** Of an in-toto statement in a DSSE envelope. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'is not base64');

const envelope = z.strictObject({
  payload: base64,
  payloadType: z.string(),
  signatures: z.array(z.strictObject({ keyid: z.string().optional(), sig: base64 })).min(1),
});

/** https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export type Envelope = z.infer<typeof envelope>;

/** Signs a body under its type. */
export function seal(body: string, { id, key }: SigningKey, payloadType: string = PAYLOAD_TYPE): Envelope {
  const bytes = Buffer.from(body, 'utf8');
  const signature = sign(null, preAuthEncoding(payloadType, bytes), key);
  return {
    payload: bytes.toString('base64'),
    payloadType,
    signatures: [{ keyid: id, sig: signature.toString('base64') }],
  };
}

/** undefined when it is no envelope. */
export function parseEnvelope(json: string): Envelope | undefined {
  try {
    return envelope.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/**
 * Whether this key signed it. The key ids in the envelope are hints that nobody has signed: every signature is tried.
 */
export function isSignedBy(envelope: Envelope, key: KeyObject): boolean {
  const signed = preAuthEncoding(envelope.payloadType, payloadOf(envelope));
  return envelope.signatures.some(({ sig }) => verify(null, signed, key, Buffer.from(sig, 'base64')));
}

/** The bytes that were signed. Read no others. */
export function payloadOf({ payload }: Envelope): Buffer {
  return Buffer.from(payload, 'base64');
}

/** DSSE's PAE: type and body can't be told otherwise apart. Lengths are of bytes. */
function preAuthEncoding(payloadType: string, body: Buffer): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}
