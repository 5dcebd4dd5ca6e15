import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertSame, type Found, openPassedVerdict } from '../../../deploy/promote/check-verdict.ts';
import { Refused } from '../../../deploy/promote/refusal.ts';
import { openAll } from '../../../deploy/promote/select-runs.ts';
import { seal } from '../../../harness/evidence/dsse.ts';
import { DIGEST, EVIDENCE } from '../../harness/evidence/sample-evidence.ts';
import { ci, evidenceFile, HOUR, NOW, policyOf, stranger, TAGS, verdictFile } from './release.ts';

const evidence = evidenceFile();
const found: Found = {
  environment: 'uat',
  repository: EVIDENCE.repository,
  digest: DIGEST,
  ...TAGS,
  runs: openAll([evidence], [ci.signer]),
};

function codeOf(file = verdictFile([evidence]), change: Partial<Found> = {}, policy = policyOf(), now = NOW): string {
  try {
    assertSame(file, openPassedVerdict(file, policy, now), { ...found, ...change });
    return 'held';
  } catch (error) {
    if (error instanceof Refused) return error.refusals.map(({ code }) => code).join();
    throw error;
  }
}

it('a verdict on the same image, step, policy and evidence holds', () => {
  expect(codeOf()).toBe('held');
});

it('a verdict is a SLSA verification summary that names its inputs by digest', () => {
  const { payload } = JSON.parse(verdictFile([evidence]).json);
  expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toMatchObject({
    predicateType: 'https://slsa.dev/verification_summary/v1',
    subject: [{ name: EVIDENCE.repository, digest: { sha256: 'a'.repeat(64) } }],
    predicate: {
      verificationResult: 'PASSED',
      verifiedLevels: ['ODOO_GATE_UAT'],
      inputAttestations: [{ digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
    },
  });
});

describe('a verdict is refused when', () => {
  const cut = { name: 'verdict.json', json: verdictFile([evidence]).json.slice(0, -9) };
  const revoked = { ...policyOf(), signers: [{ ...ci.signer, revoked: true }] };
  const elsewhere = { ...policyOf(), signers: [{ ...ci.signer, environments: ['dev'] }] };
  it.each<[string, Parameters<typeof codeOf>, string]>([
    ['it is cut off', [cut], 'verdict-unreadable'],
    ['a stranger signed it', [verdictFile([evidence], {}, stranger.key)], 'verdict-signer'],
    ['its key is revoked', [undefined, {}, revoked], 'verdict-signer'],
    ['its signer is trusted elsewhere alone', [undefined, {}, elsewhere], 'verdict-malformed'],
    ['it is evidence of a run', [evidence], 'verdict-malformed'],
    ['it says no', [verdictFile([evidence], { refusals: ['verdict-not-pass'] })], 'verdict-failed'],
    [
      'it was made under another policy',
      [undefined, {}, { ...policyOf(), digest: 'sha256:0' }],
      'verdict-other-policy',
    ],
    ['it expired', [undefined, {}, policyOf(), new Date(NOW.getTime() + HOUR)], 'verdict-expired'],
    ['it is about another image', [undefined, { digest: `sha256:${'b'.repeat(64)}` }], 'verdict-other-image'],
    ['it is about another repository', [undefined, { repository: 'ghcr.io/acme/other' }], 'verdict-other-image'],
    ['it is about another target', [undefined, { to: 'prod-v1.0.1' }], 'verdict-other-step'],
    ['it is about another source', [undefined, { from: 'uat-v1.0.1' }], 'verdict-other-step'],
    ['it is about another environment', [undefined, { environment: 'dev' }], 'verdict-other-step'],
    ['it rests on other evidence', [verdictFile([evidenceFile()])], 'verdict-other-evidence'],
    ['it rests on less', [verdictFile([])], 'verdict-other-evidence'],
  ])('%s', (_, given, code) => {
    expect(codeOf(...given)).toBe(code);
  });

  it('its result was turned from failed to passed, by whoever signs', () => {
    const failed = verdictFile([evidence], { refusals: ['verdict-not-pass'] });
    const body = Buffer.from(JSON.parse(failed.json).payload, 'base64').toString();
    const turned = body.replace('"FAILED"', '"PASSED"');
    expect(codeOf({ name: 'verdict.json', json: JSON.stringify(seal(turned, ci.key)) })).toBe('verdict-malformed');
  });
});

it('whichever byte of a verdict is changed, it is refused or says the same', () => {
  const { name, json } = verdictFile([evidence]);
  fc.assert(
    fc.property(fc.nat(json.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = { name, json: `${json.slice(0, at)}${String.fromCharCode(code)}${json.slice(at + 1)}` };
      const original = openPassedVerdict({ name, json }, policyOf(), NOW).verdict;
      if (codeOf(changed) === 'held') expect(openPassedVerdict(changed, policyOf(), NOW).verdict).toEqual(original);
    }),
  );
});
