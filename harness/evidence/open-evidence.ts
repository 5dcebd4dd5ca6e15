import { openSigned } from './signed.ts';
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

/** Evidence that somebody trusted signed. */
export interface OpenedEvidence {
  evidence: Evidence;
  signer: Signer;
  /** Of the file, 64 hexadecimal digits. */
  sha256: string;
}

export const VERIFY_AGAIN = 'Run odoo-gate verify on the image again, signed, and promote with the new evidence.';

/**
 * The evidence in a signed file, and who signed it; or the first reason that speaks against it, in the order parse,
 * signature, payload type, statement. Nothing is read that was not signed. What it is about is for `distrustOf`.
 */
export function openEvidence(json: string, signers: readonly Signer[]): OpenedEvidence | Distrust {
  const opened = openSigned(json, signers);
  if ('problem' in opened) {
    switch (opened.problem) {
      case 'unreadable':
        return distrust(
          'evidence-unreadable',
          'It is neither a DSSE envelope nor a Sigstore bundle, or cut off.',
          'Give the evidence.json, unchanged.',
        );
      case 'unknown':
        return distrust(
          'signer-unknown',
          `Nobody in the policy signed it, or it was changed since${opened.reason ? `: ${opened.reason}` : ''}.`,
          'Sign as somebody whom the policy names; or add their public key or identity to it, if you know whose it is.',
        );
      case 'revoked':
        return distrust(
          'signer-revoked',
          `It is signed by ${opened.by.name}, who is revoked.`,
          `${VERIFY_AGAIN} Leave this file out.`,
        );
      case 'payload-type':
        return distrust('payload-type', 'What was signed is no in-toto statement.', VERIFY_AGAIN);
    }
  }
  const evidence = parseStatement(opened.body);
  if (typeof evidence === 'string') return BAD_STATEMENTS[evidence];
  const signer = opened.by.find(({ environments }) => environments.includes(evidence.environment));
  if (signer !== undefined) return { evidence, signer, sha256: opened.sha256 };
  const [{ name, environments }] = opened.by;
  return distrust(
    'signer-other-environment',
    `It is signed by ${name}, who is trusted for ${environments.join(', ')}, not for ${evidence.environment}.`,
    `Verify in ${environments.join(' or ')}; or sign as somebody who is trusted for ${evidence.environment}.`,
  );
}

const BAD_STATEMENTS: Record<BadStatement, Distrust> = {
  malformed: distrust('statement-malformed', 'The statement is none that this odoo-gate writes.', VERIFY_AGAIN),
  subjects: distrust('statement-subjects', 'The statement speaks of no image, or of several.', VERIFY_AGAIN),
  contradictory: distrust('statement-contradictory', "The statement's parts do not agree.", VERIFY_AGAIN),
};

/** Why evidence is not about this environment or repository. `repository` is written as the evidence writes it. */
export function otherSubject(
  evidence: Evidence,
  { environment, repository }: { environment: string; repository: string },
): Distrust | undefined {
  if (evidence.environment !== environment) {
    return distrust('other-environment', `It is about ${evidence.environment}, not ${environment}.`, VERIFY_AGAIN);
  }
  if (evidence.repository !== repository) {
    const message = `It is about an image in ${evidence.repository}, not ${repository}.`;
    return distrust('other-repository', message, VERIFY_AGAIN);
  }
  return undefined;
}

/** Why evidence counts no more. */
export function expired({ expiresAt }: Evidence, now: Date): Distrust | undefined {
  if (Date.parse(expiresAt) > now.getTime()) return undefined;
  return distrust('evidence-expired', `It expired at ${expiresAt}.`, VERIFY_AGAIN);
}

function distrust(code: DistrustCode, message: string, fix: string): Distrust {
  return { code, message, fix };
}
