import { UsageError } from '../../harness/errors.ts';
import { keyId, type SigningKey } from '../../harness/evidence/keys.ts';
import { openPassedVerdict } from '../promote/check-verdict.ts';
import { type ApprovalRule, type Policy, stepOf } from '../promote/policy.ts';
import { Refused, refusal } from '../promote/refusal.ts';
import type { EvidenceFile } from '../promote/select-runs.ts';
import type { Approval } from './approval.ts';

/** What is to be approved, by whom, and what they are asked. */
export interface ApprovalRequest
  extends Pick<Approval, 'repository' | 'digest' | 'from' | 'to' | 'verdict' | 'approver'> {
  rule: ApprovalRule;
}

/**
 * Reads what the holder of a key would approve. Throws `Refused` for a verdict that does not hold and for a key that is
 * not an approver's, `UsageError('approval-not-asked')` where the policy asks for none.
 */
export function approvalRequest(file: EvidenceFile, policy: Policy, key: SigningKey, now: Date): ApprovalRequest {
  const { verdict, sha256 } = openPassedVerdict(file, policy, now);
  const { repository, digest, from, to } = verdict;
  const { approval: rule } = stepOf(policy, { from, to });
  if (rule === undefined) {
    throw new UsageError('approval-not-asked', `The policy asks for no approval from ${from} to ${to}.`, {
      next: 'Promote it; or add `approval` to this step of the policy.',
    });
  }
  const approver = policy.approvers.find((each) => 'publicKey' in each && keyId(each.publicKey) === key.id);
  if (approver === undefined || approver.revoked) {
    throw new Refused(
      refusal(
        approver === undefined ? 'approver-unknown' : 'approver-revoked',
        approver === undefined
          ? "The key is none of the policy's approvers."
          : `The key of ${approver.name} is revoked.`,
        'Sign with the private key of one of the approvers; or add its public key to the policy.',
      ),
    );
  }
  return { repository, digest, from, to, verdict: sha256, approver: approver.name, rule };
}
