import { bodyOf, type Envelope, PAYLOAD_TYPE, parseEnvelope, signersOf } from './dsse.ts';
import { keyId } from './keys.ts';
import { type BadStatement, type Evidence, parseStatement } from './statement.ts';
import type { Signer } from './trust.ts';

/** Why evidence does not count. */
export interface Distrust {
  code: DistrustCode;
  message: string;
  /** What to do about it. */
  fix: string;
}

export type DistrustCode =
  | 'evidence-unreadable'
  | 'signer-unknown'
  | 'signer-revoked'
  | 'signer-other-environment'
  | 'payload-type'
  | 'statement-malformed'
  | 'statement-subjects'
  | 'statement-contradictory'
  | 'other-environment'
  | 'other-repository'
  | 'evidence-expired';

export interface Expected {
  signers: readonly Signer[];
  environment: string;
  /** Written as the evidence writes it. */
  repository: string;
  now: Date;
}

const VERIFY_AGAIN = 'Run odoo-gate verify on the image again, signed, and promote with the new evidence.';

/**
 * The evidence in a DSSE envelope, and who signed it; or the first reason that speaks against it, in the order parse,
 * signature, payload type, statement, environment, repository, expiry. Nothing is read that was not signed.
 */
export function openEvidence(json: string, expected: Expected): { evidence: Evidence; signer: string } | Distrust {
  const envelope = parseEnvelope(json);
  if (envelope === undefined) {
    return distrust('evidence-unreadable', 'It is no DSSE envelope, or cut off.', 'Give the evidence.json, unchanged.');
  }
  const signer = trustedSigner(envelope, expected);
  if ('code' in signer) return signer;
  if (envelope.payloadType !== PAYLOAD_TYPE) {
    return distrust('payload-type', 'What was signed is no in-toto statement.', VERIFY_AGAIN);
  }
  const evidence = readBody(envelope);
  if (typeof evidence === 'string') return BAD_STATEMENTS[evidence];
  return contextual(evidence, expected) ?? { evidence, signer: signer.name };
}

const BAD_STATEMENTS: Record<BadStatement, Distrust> = {
  malformed: distrust('statement-malformed', 'The statement is none that this odoo-gate writes.', VERIFY_AGAIN),
  subjects: distrust('statement-subjects', 'The statement speaks of no image, or of several.', VERIFY_AGAIN),
  contradictory: distrust('statement-contradictory', "The statement's parts do not agree.", VERIFY_AGAIN),
};

function readBody(envelope: Envelope): Evidence | BadStatement {
  try {
    return parseStatement(bodyOf(envelope));
  } catch {
    return 'malformed';
  }
}

function trustedSigner(envelope: Envelope, { signers, environment }: Expected): Signer | Distrust {
  const ids = signersOf(
    envelope,
    signers.map(({ publicKey }) => publicKey),
  );
  const known = signers.filter(({ publicKey }) => ids.includes(keyId(publicKey)));
  // A key that is revoked in one entry is revoked.
  const revoked = known.find((signer) => signer.revoked);
  if (revoked !== undefined) {
    return distrust('signer-revoked', `It is signed by ${revoked.name}, whose key is revoked.`, VERIFY_AGAIN);
  }
  const trusted = known.find(({ environments }) => environments.includes(environment));
  if (trusted !== undefined) return trusted;
  const [other] = known;
  if (other !== undefined) {
    const message = `It is signed by ${other.name}, who is trusted for ${other.environments.join(', ')}, not for ${environment}.`;
    return distrust('signer-other-environment', message, `Verify in ${environment}, with a key that is trusted there.`);
  }
  return distrust(
    'signer-unknown',
    'Nobody in the trust file signed it, or it was changed since.',
    'Sign with a trusted key; or add the public key to the trust file, if you know whose it is.',
  );
}

function contextual(evidence: Evidence, { environment, repository, now }: Expected): Distrust | undefined {
  if (evidence.environment !== environment) {
    return distrust('other-environment', `It is about ${evidence.environment}, not ${environment}.`, VERIFY_AGAIN);
  }
  if (evidence.repository !== repository) {
    const message = `It is about an image in ${evidence.repository}, not ${repository}.`;
    return distrust('other-repository', message, VERIFY_AGAIN);
  }
  if (Date.parse(evidence.expiresAt) <= now.getTime()) {
    return distrust('evidence-expired', `It expired at ${evidence.expiresAt}.`, VERIFY_AGAIN);
  }
  return undefined;
}

function distrust(code: DistrustCode, message: string, fix: string): Distrust {
  return { code, message, fix };
}
