import { z } from 'zod';
import { identitySchema } from './identity.ts';
import { readPublicKey } from './keys.ts';
import type { OpenBundle, Party } from './signed.ts';

const publicKey = z.string().transform((pem, { addIssue }) => {
  const key = readPublicKey(pem);
  if (key !== undefined) return key;
  addIssue({ code: 'custom', message: 'is no ed25519 public key in PEM' });
  return z.NEVER;
});

/** Somebody with a key or an identity, as YAML names them. */
export const partySchema = z.strictObject({
  name: z.string().min(1),
  publicKey: publicKey.optional(),
  identity: identitySchema.optional(),
  revoked: z.boolean().default(false),
});

export const signerSchema = partySchema.extend({ environments: z.array(z.string().min(1)).min(1) });

/** Somebody whose runs count, for these environments alone. */
export type Signer = Party & { environments: string[] };

type Named = z.output<typeof partySchema>;
type Trusted<Entry extends Named> = Omit<Entry, 'publicKey' | 'identity'> & Party;

/** An entry as somebody whose signature can be checked; undefined unless it has a key or an identity, and not both. */
export function trust<Entry extends Named>(
  { publicKey, identity, ...entry }: Entry,
  open: OpenBundle | undefined,
): Trusted<Entry> | undefined {
  if (publicKey !== undefined && identity === undefined) return { ...entry, publicKey };
  if (publicKey === undefined && identity !== undefined && open !== undefined) return { ...entry, identity, open };
  return undefined;
}
