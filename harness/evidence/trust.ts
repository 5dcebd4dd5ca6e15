import type { KeyObject } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readPublicKey } from './keys.ts';

const publicKey = z.string().transform((pem, { addIssue }) => {
  const key = readPublicKey(pem);
  if (key !== undefined) return key;
  addIssue({ code: 'custom', message: 'is no ed25519 public key in PEM' });
  return z.NEVER;
});

const trust = z.strictObject({
  signers: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        publicKey,
        environments: z.array(z.string().min(1)).min(1),
        revoked: z.boolean().default(false),
      }),
    )
    .min(1),
});

/** Somebody whose runs count. */
export interface Signer {
  name: string;
  publicKey: KeyObject;
  /** For these alone. */
  environments: string[];
  /** Nothing that this key signed counts any more, whenever it did. */
  revoked: boolean;
}

/** Who is trusted for what, from YAML. Throws `UsageError('trust-file')` naming the key that is wrong. */
export function parseTrust(text: string): Signer[] {
  const parsed = trust.safeParse(readYaml(text));
  if (parsed.success) return parsed.data.signers;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'top level';
  throw trustFile(`${where}: ${issue?.message}`);
}

function readYaml(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: true });
  } catch (error) {
    throw trustFile((error as Error).message.split('\n')[0] ?? 'it is not YAML');
  }
}

function trustFile(what: string): UsageError {
  return new UsageError('trust-file', `The trust file is not usable: ${what}`, {
    next: 'It lists signers, each with name, publicKey (PEM) and environments: see docs/promote.md.',
  });
}
