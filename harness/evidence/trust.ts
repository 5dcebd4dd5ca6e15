import { z } from 'zod';
import { readPublicKey } from './keys.ts';
import type { Party } from './signed.ts';

const publicKey = z.string().transform((pem, { addIssue }) => {
  const key = readPublicKey(pem);
  if (key !== undefined) return key;
  addIssue({ code: 'custom', message: 'is no ed25519 public key in PEM' });
  return z.NEVER;
});

/** Somebody with a key, as YAML names them. */
export const partySchema = z.strictObject({
  name: z.string().min(1),
  publicKey,
  revoked: z.boolean().default(false),
});

export const signerSchema = partySchema.extend({ environments: z.array(z.string().min(1)).min(1) });

/** Somebody whose runs count, for these environments alone. */
export interface Signer extends Party {
  environments: string[];
}
