import { createPublicKey } from 'node:crypto';
import { type Approval, fresh, signApproval, wordsFor } from '../../../deploy/approve/approval.ts';
import type { Policy } from '../../../deploy/promote/policy.ts';
import type { EvidenceFile } from '../../../deploy/promote/select-runs.ts';
import { seal } from '../../../harness/evidence/dsse.ts';
import { newKeyPair, readSigningKey, type SigningKey } from '../../../harness/evidence/keys.ts';
import { type KeyParty, sha256Of } from '../../../harness/evidence/signed.ts';
import type { Evidence } from '../../../harness/evidence/statement.ts';
import { renderVerdict, type VerdictSummary } from '../../../harness/evidence/verdict-summary.ts';
import { DIGEST, EVIDENCE, newSigner, sealed } from '../../harness/evidence/sample-evidence.ts';
import { FINISHED } from './report.ts';

export const ci = newSigner();
export const stranger = newSigner({ name: 'stranger' });
export const anna = newApprover('anna');
export const ben = newApprover('ben');

export const HOUR = 3_600_000;
/** An hour after the run had finished. */
export const NOW = new Date(FINISHED.getTime() + HOUR);
export const TAGS = { from: 'uat-v1.0.0', to: 'prod-v1.0.0' };

function newApprover(name: string): { key: SigningKey; party: KeyParty } {
  const key = readSigningKey(newKeyPair().privatePem);
  return { key, party: { name, publicKey: createPublicKey(key.key), revoked: false } };
}

export function policyOf(change: Partial<Policy['steps'][number]> = {}): Policy {
  return {
    signers: [ci.signer],
    approvers: [anna.party, ben.party],
    steps: [
      {
        from: 'uat-v{version}',
        to: 'prod-v{version}',
        environment: 'uat',
        runs: ['verify'],
        checks: [],
        maxAgeHours: 24,
        ...change,
      },
    ],
    digest: `sha256:${'c'.repeat(64)}`,
  };
}

let runs = 0;

/** Evidence of a run of its own, as a file. */
export function evidenceFile(change: Partial<Evidence> = {}, key = ci.key): EvidenceFile {
  runs += 1;
  const runId = `0b6c3a3e-5f5e-4f0e-9d57-${String(runs).padStart(12, '0')}`;
  return { name: `evidence-${runs}.json`, json: sealed(key, { runId, ...change }) };
}

/** A passing verdict on evidence. */
export function verdictFile(
  files: readonly EvidenceFile[],
  change: Partial<VerdictSummary> = {},
  key = ci.key,
): EvidenceFile {
  const verdict: VerdictSummary = {
    toolVersion: '0.1.0',
    verifiedAt: NOW.toISOString(),
    expiresAt: new Date(NOW.getTime() + HOUR).toISOString(),
    repository: EVIDENCE.repository,
    digest: DIGEST,
    environment: 'uat',
    ...TAGS,
    policyDigest: policyOf().digest,
    inputs: files.map(({ json }) => ({ runId: EVIDENCE.runId, sha256: sha256Of(json) })),
    refusals: [],
    registry: {},
    ...change,
  };
  return { name: 'verdict.json', json: JSON.stringify(seal(renderVerdict(verdict), key)) };
}

/** What `anna` says yes to. */
export function approvalFile(
  verdict: EvidenceFile,
  change: Partial<Approval> = {},
  { key }: Pick<typeof anna, 'key'> = anna,
): EvidenceFile {
  const digest = change.digest ?? DIGEST;
  const approval: Approval = {
    repository: EVIDENCE.repository,
    digest,
    ...TAGS,
    verdict: sha256Of(verdict.json),
    approver: 'anna',
    answers: [{ question: 'Tested?', answer: 'yes' }],
    typed: wordsFor(digest),
    ...fresh(NOW, HOUR),
    ...change,
  };
  return { name: `${approval.approver}.json`, json: signApproval(approval, key) };
}
