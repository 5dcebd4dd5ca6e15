import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../../deploy/approve/approval.ts';
import { type ApprovalRules, checkApprovals } from '../../../deploy/promote/check-approvals.ts';
import { Refused } from '../../../deploy/promote/refusal.ts';
import type { EvidenceFile } from '../../../deploy/promote/select-runs.ts';
import { sha256Of } from '../../../harness/evidence/signed.ts';
import { DIGEST, EVIDENCE } from '../../harness/evidence/sample-evidence.ts';
import { anna, approvalFile, ben, ci, evidenceFile, HOUR, NOW, stranger, TAGS, verdictFile } from './release.ts';

const verdict = verdictFile([evidenceFile()]);
const OTHER = `sha256:${'b'.repeat(64)}`;
const asked: ApprovalRules = {
  rule: { by: 'another', count: 1, questions: ['Tested?'] },
  approvers: [anna.party, ben.party],
  repository: EVIDENCE.repository,
  digest: DIGEST,
  ...TAGS,
  verdict: sha256Of(verdict.json),
  signers: [ci.signer],
  used: new Set(),
  now: NOW,
};
const rule = (change: Partial<ApprovalRules['rule']>) => ({ rule: { ...asked.rule, ...change } });
const hers = (change: Parameters<typeof approvalFile>[1] = {}) => approvalFile(verdict, change);
const his = () => approvalFile(verdict, { approver: 'ben' }, ben);

function outcome(files: readonly EvidenceFile[], change: Partial<ApprovalRules> = {}): string[] {
  try {
    return checkApprovals(files, { ...asked, ...change }).map(({ approver }) => approver);
  } catch (error) {
    if (error instanceof Refused) return error.refusals.map(({ code }) => code);
    throw error;
  }
}

it('an approval of exactly this counts', () => {
  expect(outcome([hers()])).toEqual(['anna']);
});

it('two people count as two', () => {
  expect(outcome([hers(), his()], rule({ count: 2 }))).toEqual(['anna', 'ben']);
});

it('the same person may approve what they signed where the policy leaves it to the operator', () => {
  const signers = [{ ...ci.signer, publicKey: anna.party.publicKey }];
  expect(outcome([hers()], { ...rule({ by: 'operator' }), signers })).toEqual(['anna']);
});

describe('refused is', () => {
  const nonce = '0b6c3a3e-5f5e-4f0e-9d57-0d2c3c1f2a11';
  it.each<[string, EvidenceFile[], Partial<ApprovalRules>, string]>([
    ['none at all', [], {}, 'approval-missing'],
    ['one of two', [hers()], rule({ count: 2 }), 'approval-missing'],
    ['one person twice', [hers(), hers()], rule({ count: 2 }), 'approval-missing'],
    ['what is cut off', [{ name: 'a', json: hers().json.slice(0, -9) }], {}, 'approval-unreadable'],
    ['what is no approval', [approvalFile(verdict, { typed: '' }), verdict], {}, 'approval-incomplete'],
    ["a stranger's", [approvalFile(verdict, {}, stranger)], {}, 'approver-unknown'],
    ["one under somebody else's name", [approvalFile(verdict, { approver: 'ben' })], {}, 'approval-malformed'],
    ['one of a revoked key', [hers()], { approvers: [{ ...anna.party, revoked: true }] }, 'approver-revoked'],
    ['one of another image', [hers({ digest: OTHER })], {}, 'approval-other-image'],
    ['one of another repository', [hers({ repository: 'ghcr.io/acme/other' })], {}, 'approval-other-image'],
    ['one of another target', [hers({ to: 'prod-v1.0.1' })], {}, 'approval-other-step'],
    ['one of another source', [hers({ from: 'uat-v1.0.1' })], {}, 'approval-other-step'],
    ['one of another verdict', [hers({ verdict: 'd'.repeat(64) })], {}, 'approval-other-verdict'],
    ['one without an answer', [hers({ answers: [] })], {}, 'approval-incomplete'],
    ['one with a no', [hers({ answers: [{ question: 'Tested?', answer: 'no' }] })], {}, 'approval-incomplete'],
    ['one that was not typed', [hers({ typed: 'yes' })], {}, 'approval-incomplete'],
    ['words for another image', [hers({ typed: wordsFor(OTHER) })], {}, 'approval-incomplete'],
    ['one that expired', [hers({ expiresAt: NOW.toISOString() })], {}, 'approval-expired'],
    [
      'one from the future',
      [hers({ approvedAt: new Date(NOW.getTime() + HOUR / 2).toISOString() })],
      {},
      'approval-from-the-future',
    ],
    ['one that was used before', [hers({ nonce })], { used: new Set([nonce]) }, 'approval-used'],
    [
      'one by the key that signed the evidence',
      [hers()],
      { signers: [{ ...ci.signer, publicKey: anna.party.publicKey }] },
      'approver-same-person',
    ],
    [
      'one by the name that signed the evidence',
      [hers()],
      { signers: [{ ...ci.signer, name: 'anna' }] },
      'approver-same-person',
    ],
    ['a good one beside a bad one', [hers(), { name: 'b', json: '{}' }], {}, 'approval-unreadable'],
  ])('%s', (_, files, change, code) => {
    expect(outcome(files, change)).toEqual([code]);
  });

  it('evidence of a run that an approver signed', () => {
    expect(outcome([evidenceFile({}, anna.key)])).toEqual(['approval-malformed']);
  });
});

it('whichever byte of an approval is changed, it is refused or counts as before', () => {
  const { name, json } = hers();
  fc.assert(
    fc.property(fc.nat(json.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = `${json.slice(0, at)}${String.fromCharCode(code)}${json.slice(at + 1)}`;
      const [first] = outcome([{ name, json: changed }]);
      expect(first).toMatch(/^(anna|approv.*)$/);
    }),
  );
});
