import type { Approval } from '../approve/approval.ts';
import { checkApprovals, lackOf } from './check-approvals.ts';
import { assertSame, openPassedVerdict } from './check-verdict.ts';
import type { Release } from './judge-release.ts';
import type { ApprovalRule, Policy } from './policy.ts';
import { Refused, refusal } from './refusal.ts';
import type { EvidenceFile } from './select-runs.ts';

export interface GivenApprovals {
  /** What a gate made of the evidence: needed where somebody else approves it. */
  verdict?: EvidenceFile;
  /** Signed ones. */
  approvals?: readonly EvidenceFile[];
  /** Asks the one who promotes, where the policy lets them approve and no file does. */
  ask?(about: AskedFor): Promise<Pick<Approval, 'answers' | 'typed'> & { approver: string }>;
}

export interface AskedFor extends Pick<Approval, 'repository' | 'digest' | 'from' | 'to'> {
  questions: readonly string[];
}

export interface Approved {
  approver: string;
  /** Of a signed approval. */
  nonce?: string;
}

interface About {
  from: string;
  to: string;
  now?: Date;
}

/** Holds a verdict to the release at once, and gives what checks or asks for the approvals when it comes to that. */
export function approvalFor(
  { from, to, now = new Date() }: About,
  { policy, verdict: given, approvals = [], ask }: GivenApprovals & { policy: Policy },
  { step, repository, source, runs }: Release,
): { approve(used: ReadonlySet<string>): Promise<Approved[]>; verdict?: string } {
  const { environment, approval: rule } = step;
  const about = { repository, digest: source.digest, from, to };
  const verdict = given === undefined ? undefined : openPassedVerdict(given, policy, now);
  if (given !== undefined && verdict !== undefined) assertSame(given, verdict, { ...about, environment, runs });
  const approve = async (used: ReadonlySet<string>): Promise<Approved[]> => {
    if (rule === undefined) return [];
    if (rule.by === 'operator' && approvals.length === 0) return [await askOperator(rule, about, ask)];
    if (verdict === undefined) throw verdictMissing();
    const signers = [verdict.signer, ...runs.map(({ signer }) => signer)];
    const rules = { ...about, now, rule, signers, approvers: policy.approvers, used };
    return checkApprovals(approvals, { ...rules, verdict: verdict.sha256 });
  };
  return { approve, ...(verdict ? { verdict: verdict.sha256 } : {}) };
}

async function askOperator(
  rule: ApprovalRule,
  about: Omit<AskedFor, 'questions'>,
  ask: GivenApprovals['ask'],
): Promise<Approved> {
  if (ask === undefined || rule.count > 1) {
    const message = ask === undefined ? 'There is nobody to ask.' : `${rule.count} people have to approve it.`;
    throw new Refused(
      refusal('approval-missing', message, 'Run it in a terminal; or give --verdict and signed --approval files.'),
    );
  }
  const said = await ask({ ...about, questions: rule.questions });
  const lacks = lackOf(said, { rule, digest: about.digest });
  if (lacks !== undefined) {
    throw new Refused(refusal('approval-incomplete', lacks, 'Promote it when every answer is yes.'));
  }
  return { approver: said.approver };
}

function verdictMissing(): Refused {
  return new Refused(
    refusal(
      'verdict-missing',
      'The policy asks for approval by somebody else, and what they approve is a verdict.',
      'Run odoo-gate gate, then odoo-gate approve; give both files with --verdict and --approval.',
    ),
  );
}
