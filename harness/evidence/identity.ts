import { z } from 'zod';

/** Somebody as an OpenID provider knows them: what Fulcio writes into a certificate. */
export interface Identity {
  /** The provider: `https://token.actions.githubusercontent.com`. */
  issuer: string;
  /** A workflow at a ref, or an e-mail address. In a policy it may end in `*`. */
  subject: string;
}

/** A `*` stands for the rest of a branch's or tag's name: after anything else it would let strangers in. */
const SUBJECT = /^(?:[^*\s]+|https:\/\/[^*\s@]+@refs\/(?:heads|tags)\/[^*\s]*\*)$/;

export const identitySchema = z.strictObject({
  issuer: z.string().regex(/^https:\/\/[^*\s]+$/, 'is no https URL'),
  subject: z
    .string()
    .regex(SUBJECT, 'is neither a whole subject nor one that ends in * after @refs/heads/ or @refs/tags/'),
});

/** Whether a policy means this signer. */
export function covers(named: Identity, signer: Identity): boolean {
  if (named.issuer !== signer.issuer) return false;
  return named.subject.endsWith('*')
    ? signer.subject.startsWith(named.subject.slice(0, -1))
    : signer.subject === named.subject;
}
