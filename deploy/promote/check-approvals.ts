import { type Party, sharesSigner } from '../../harness/evidence/signed.ts';
import { type Approval, openApproval, wordsFor } from '../approve/approval.ts';
import type { ApprovalRule, Policy } from './policy.ts';
import { type ApprovalRefusal, Refused, refusal } from './refusal.ts';
import type { EvidenceFile } from './select-runs.ts';

/** Of two machines, in ms. */
const CLOCK_SKEW_MS = 5 * 60_000;
const APPROVE_AGAIN = 'Run odoo-gate approve on this verdict, and give the file that it writes.';

export interface ApprovalRules {
  rule: ApprovalRule;
  approvers: Policy['approvers'];
  repository: string;
  digest: string;
  from: string;
  to: string;
  /** Of the verdict's file, 64 hexadecimal digits. */
  verdict: string;
  /** Who verified and judged: with `by: another` none of them may approve. */
  signers: readonly Party[];
  /** Nonces of approvals that a promotion rested on before. */
  used: ReadonlySet<string>;
  now: Date;
}

/** Throws `Refused` unless every file is an approval of exactly this, and enough different people gave one. */
export function checkApprovals(files: readonly EvidenceFile[], rules: ApprovalRules): Approval[] {
  const approvals = files.map((file) => checkApproval(file, rules));
  const people = new Set(approvals.map(({ approver }) => approver));
  if (people.size < rules.rule.count) {
    const message = `${people.size} of ${rules.rule.count} people approved it.`;
    throw new Refused(refusal('approval-missing', message, APPROVE_AGAIN));
  }
  return approvals;
}

function checkApproval({ name, json }: EvidenceFile, rules: ApprovalRules): Approval {
  const no = (code: ApprovalRefusal, message: string) =>
    new Refused(refusal(code, `${name}: ${message}`, APPROVE_AGAIN));
  const opened = openApproval(json, rules.approvers);
  if (opened === undefined)
    throw no('approval-malformed', 'It is no approval, or under a name that is not its signer’s.');
  if ('problem' in opened) {
    switch (opened.problem) {
      case 'unreadable':
        throw no('approval-unreadable', 'It is neither a DSSE envelope nor a Sigstore bundle, or cut off.');
      case 'unknown':
        throw no(
          'approver-unknown',
          `None of the approvers in the policy signed it, or it was changed since${opened.reason ? `: ${opened.reason}` : ''}.`,
        );
      case 'revoked':
        throw no('approver-revoked', `It is signed by ${opened.by.name}, who is revoked.`);
      case 'payload-type':
        throw no('approval-malformed', 'What was signed is no statement.');
    }
  }
  const { approval, by } = opened;
  const [code, message] = disagreement(approval, rules) ?? [];
  if (code !== undefined && message !== undefined) throw no(code, message);
  const same = rules.signers.some((each) => each.name === by.name || sharesSigner(each, by));
  if (rules.rule.by === 'another' && same) {
    throw no('approver-same-person', `${by.name} also signed what is to be approved; somebody else has to approve it.`);
  }
  return approval;
}

function disagreement(approval: Approval, rules: ApprovalRules): [ApprovalRefusal, string] | undefined {
  const { now, used } = rules;
  if (approval.repository !== rules.repository || approval.digest !== rules.digest) {
    return ['approval-other-image', `It is about ${approval.repository}@${approval.digest}.`];
  }
  if (approval.from !== rules.from || approval.to !== rules.to) {
    return ['approval-other-step', `It is about ${approval.from} → ${approval.to}.`];
  }
  if (approval.verdict !== rules.verdict) return ['approval-other-verdict', 'It is about another verdict.'];
  const lacks = lackOf(approval, rules);
  if (lacks !== undefined) return ['approval-incomplete', lacks];
  if (Date.parse(approval.approvedAt) > now.getTime() + CLOCK_SKEW_MS) {
    return ['approval-from-the-future', `It says it was given at ${approval.approvedAt}.`];
  }
  if (Date.parse(approval.expiresAt) <= now.getTime()) {
    return ['approval-expired', `It expired at ${approval.expiresAt}.`];
  }
  if (used.has(approval.nonce)) return ['approval-used', 'A promotion rested on it before.'];
  return undefined;
}

/** What somebody did not say yes to. */
export function lackOf(
  { answers, typed }: Pick<Approval, 'answers' | 'typed'>,
  { rule, digest }: { rule: ApprovalRule; digest: string },
): string | undefined {
  const answered = answers.filter(({ answer }) => answer === 'yes').map(({ question }) => question);
  const unanswered = rule.questions.filter((question) => !answered.includes(question));
  if (unanswered.length > 0 || answers.some(({ answer }) => answer === 'no')) {
    return 'Not every question of the policy was answered with yes.';
  }
  return typed === wordsFor(digest) ? undefined : `"${wordsFor(digest)}" was not typed.`;
}
