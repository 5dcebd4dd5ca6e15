import type { OpenedEvidence } from '../../harness/evidence/open-evidence.ts';
import type { Signer } from '../../harness/evidence/trust.ts';
import { openVerdict, type VerdictSummary } from '../../harness/evidence/verdict-summary.ts';
import type { Policy } from './policy.ts';
import { Refused, refusal, type VerdictRefusal } from './refusal.ts';
import type { EvidenceFile } from './select-runs.ts';

const GATE_AGAIN = 'Run odoo-gate gate again on the same evidence, and give the verdict that it writes.';

/** A combined verdict that says yes under this policy, and still counts. */
export interface HeldVerdict {
  verdict: VerdictSummary;
  signer: Signer;
  /** Of the file, 64 hexadecimal digits. */
  sha256: string;
}

/** Throws `Refused` unless somebody trusted signed it, for its environment, under this policy, as a pass that still counts. */
export function openPassedVerdict({ name, json }: EvidenceFile, policy: Policy, now: Date): HeldVerdict {
  const opened = openVerdict(json, policy.signers);
  if (opened === undefined) throw no(name, 'verdict-malformed', 'It is no verdict of a gate for its environment.');
  if ('problem' in opened) {
    if (opened.problem === 'unreadable') {
      throw no(name, 'verdict-unreadable', 'It is neither a DSSE envelope nor a Sigstore bundle, or cut off.');
    }
    if (opened.problem === 'payload-type') throw no(name, 'verdict-malformed', 'What was signed is no statement.');
    throw no(name, 'verdict-signer', 'Nobody whom the policy trusts and has not revoked signed it.');
  }
  const { policyDigest, refusals, expiresAt } = opened.verdict;
  if (policyDigest !== policy.digest) {
    throw no(name, 'verdict-other-policy', 'The policy was changed since, or is another.');
  }
  if (refusals.length > 0) throw no(name, 'verdict-failed', `It says no: ${refusals.join(', ')}.`);
  if (Date.parse(expiresAt) <= now.getTime()) throw no(name, 'verdict-expired', `It expired at ${expiresAt}.`);
  return opened;
}

/** What a verdict has to agree with: what this promotion found by itself. */
export interface Found {
  environment: string;
  repository: string;
  digest: string;
  from: string;
  to: string;
  runs: readonly OpenedEvidence[];
}

/** Throws `Refused` unless a verdict is about the same image, step and evidence. */
export function assertSame({ name }: EvidenceFile, { verdict }: HeldVerdict, found: Found): void {
  if (verdict.repository !== found.repository || verdict.digest !== found.digest) {
    const message = `It is about ${verdict.repository}@${verdict.digest}, not ${found.repository}@${found.digest}.`;
    throw no(name, 'verdict-other-image', message);
  }
  if (verdict.from !== found.from || verdict.to !== found.to || verdict.environment !== found.environment) {
    const message = `It is about ${verdict.from} → ${verdict.to}, verified in ${verdict.environment}.`;
    throw no(name, 'verdict-other-step', message);
  }
  const given = found.runs.map(({ sha256 }) => sha256).sort();
  const judged = verdict.inputs.map(({ sha256 }) => sha256).sort();
  if (given.join() !== judged.join()) {
    throw no(name, 'verdict-other-evidence', 'It rests on other evidence than the latest that is given.');
  }
}

function no(name: string, code: VerdictRefusal, message: string): Refused {
  return new Refused(refusal(code, `${name}: ${message}`, GATE_AGAIN));
}
