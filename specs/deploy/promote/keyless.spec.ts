import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkApprovals } from '../../../deploy/promote/check-approvals.ts';
import { openPassedVerdict } from '../../../deploy/promote/check-verdict.ts';
import { parsePolicy } from '../../../deploy/promote/policy.ts';
import { Refused } from '../../../deploy/promote/refusal.ts';
import { openAll, type RunRules, selectRuns } from '../../../deploy/promote/select-runs.ts';
import { failedUnlessEmpty } from '../../../harness/check.ts';
import type { Identity } from '../../../harness/evidence/identity.ts';
import { newKeyPair } from '../../../harness/evidence/keys.ts';
import type { KeylessParty } from '../../../harness/evidence/signed.ts';
import { bundleOpener } from '../../../harness/evidence/sigstore.ts';
import { DIGEST, EVIDENCE } from '../../harness/evidence/sample-evidence.ts';
import { keylessEvidence, keylessSigner, signAs, WORKFLOW } from '../../harness/evidence/sample-keyless.ts';
import { useSigstore } from '../../support/sigstore.ts';
import { approvalFile, ci, evidenceFile, NOW, policyOf, TAGS, verdictFile } from './release.ts';
import { reportOf } from './report.ts';

const sigstore = useSigstore();
const signer = { name: 'uat workflow', environments: ['uat'], identity: WORKFLOW };
const ALL_TAGS = WORKFLOW.subject.replace(/[^/]*$/, '*');
const ANNA: Identity = { issuer: 'https://accounts.example', subject: 'anna@acme.example' };

/** The same statement, signed by an identity instead of a key. */
async function resigned({ name, json }: { name: string; json: string }, identity: Identity) {
  const statement = Buffer.from(JSON.parse(json).payload, 'base64').toString();
  return { name, json: await signAs(identity, sigstore(), statement) };
}

function codeOf(judge: () => unknown): string {
  try {
    judge();
    return 'held';
  } catch (error) {
    if (error instanceof Refused) return error.refusals[0].code;
    throw error;
  }
}

describe('a policy that names an identity', () => {
  it('opens its evidence by the trusted root that stands in it', async () => {
    const { signers } = await parsePolicy(
      stringify({ sigstore: { trustedRoot: sigstore().trustedRoot }, signers: [signer] }),
    );
    const files = [{ name: 'evidence.json', json: await keylessEvidence(sigstore()) }];
    expect(openAll(files, signers)).toMatchObject([{ signer: { name: 'uat workflow' } }]);
  });

  it('opens it by the file that is named, and its digest changes with that file', async () => {
    const text = stringify({ sigstore: { trustedRoot: 'trusted_root.json' }, signers: [signer] });
    const root = JSON.stringify(sigstore().trustedRoot);
    const asked: string[] = [];
    const policy = await parsePolicy(text, async (file) => {
      asked.push(file);
      return root;
    });
    expect(asked).toEqual(['trusted_root.json']);
    const files = [{ name: 'evidence.json', json: await keylessEvidence(sigstore()) }];
    expect(openAll(files, policy.signers)).toHaveLength(1);
    expect((await parsePolicy(text, async () => `${root} `)).digest).not.toBe(policy.digest);
  });

  const root = () => sigstore().trustedRoot;
  it.each<[string, () => object, string]>([
    ['without a trusted root', () => ({ signers: [signer] }), 'signers.0'],
    [
      'with a key beside it',
      () => ({ sigstore: { trustedRoot: root() }, signers: [{ ...signer, publicKey: newKeyPair().publicPem }] }),
      'signers.0',
    ],
    [
      'as an approver, without a trusted root',
      () => ({
        signers: [{ name: 'ci', environments: ['uat'], publicKey: newKeyPair().publicPem }],
        approvers: [{ name: 'anna', identity: ANNA }],
      }),
      'approvers.0',
    ],
    [
      'that is not whole',
      () => ({ sigstore: { trustedRoot: root() }, signers: [{ ...signer, identity: { subject: WORKFLOW.subject } }] }),
      'signers.0.identity.issuer',
    ],
    [
      'that is everybody',
      () => ({ sigstore: { trustedRoot: root() }, signers: [{ ...signer, identity: { ...WORKFLOW, subject: '*' } }] }),
      'signers.0.identity.subject',
    ],
    [
      'with a root that is none',
      () => ({ sigstore: { trustedRoot: { tlogs: 'all' } }, signers: [signer] }),
      'sigstore.trustedRoot',
    ],
    [
      'with a root without authorities',
      () => ({ sigstore: { trustedRoot: { ...root(), certificateAuthorities: [] } }, signers: [signer] }),
      'sigstore.trustedRoot',
    ],
    [
      'with a root without logs',
      () => ({ sigstore: { trustedRoot: { ...root(), tlogs: [] } }, signers: [signer] }),
      'sigstore.trustedRoot',
    ],
    [
      'with a file that is no root',
      () => ({ sigstore: { trustedRoot: 'trusted_root.json' }, signers: [signer] }),
      'sigstore.trustedRoot',
    ],
  ])('%s is refused, and what is wrong is named', async (_, policy, says) => {
    await expect(parsePolicy(stringify(policy()), async () => 'no JSON')).rejects.toThrow(
      expect.objectContaining({ code: 'policy-file', exitCode: 2, message: expect.stringContaining(says) }),
    );
  });

  it('and a signer with neither key nor identity is refused', async () => {
    await expect(parsePolicy(stringify({ signers: [{ name: 'ci', environments: ['uat'] }] }))).rejects.toThrow(
      'signers.0',
    );
  });
});

it('a failure that an identity signed speaks against a pass that a key signed', async () => {
  const report = reportOf(DIGEST, failedUnlessEmpty([{ message: 'sends mail' }], 1));
  const failure = await keylessEvidence(sigstore(), { runId: '0b6c3a3e-5f5e-4f0e-9d57-aaaaaaaaaaaa', report });
  const files = [evidenceFile(), { name: 'failure.json', json: failure }];
  const about = { environment: 'uat', repository: EVIDENCE.repository, digest: `sha256:${'a'.repeat(64)}` } as const;
  const rules: RunRules = { ...about, runs: ['verify'], required: {}, checks: [], maxAgeMs: 86_400_000, now: NOW };
  const judge = (given: typeof files) =>
    codeOf(() => selectRuns(openAll(given, [ci.signer, keylessSigner(sigstore())]), rules));
  expect([judge(files.slice(0, 1)), judge(files)]).toEqual(['held', 'verdict-not-pass']);
});

describe('a verdict', () => {
  it('counts when a trusted identity signed it, and not when another did', async () => {
    const verdict = verdictFile([evidenceFile()]);
    const policy = { ...policyOf(), signers: [keylessSigner(sigstore())] };
    const judge = async (identity: Identity) => {
      const file = await resigned(verdict, identity);
      return codeOf(() => openPassedVerdict(file, policy, NOW));
    };
    expect(await judge(WORKFLOW)).toBe('held');
    expect(await judge(ANNA)).toBe('verdict-signer');
  });
});

describe('an approval', () => {
  const party = (identity: Identity, change: Partial<KeylessParty> = {}): KeylessParty => ({
    name: 'anna',
    identity,
    open: bundleOpener(sigstore().trustedRoot),
    revoked: false,
    ...change,
  });
  const verdict = verdictFile([evidenceFile()]);
  const judge = async (
    approver: KeylessParty,
    by: Identity,
    signers: Parameters<typeof checkApprovals>[1]['signers'] = [ci.signer],
  ) => {
    const file = await resigned(approvalFile(verdict), by);
    const rule = { by: 'another', count: 1, questions: ['Tested?'] } as const;
    const { verdict: sha256 } = JSON.parse(
      Buffer.from(JSON.parse(approvalFile(verdict).json).payload, 'base64').toString(),
    ).predicate;
    return codeOf(() =>
      checkApprovals([file], {
        ...TAGS,
        rule: { ...rule, questions: [...rule.questions] },
        approvers: [approver],
        repository: EVIDENCE.repository,
        digest: DIGEST,
        verdict: sha256.sha256,
        signers,
        used: new Set(),
        now: NOW,
      }),
    );
  };

  it('counts when an approver signed it by identity', async () => {
    expect(await judge(party(ANNA), ANNA)).toBe('held');
  });

  it('does not count when it is of another identity, or of one that is revoked', async () => {
    expect(await judge(party(ANNA), { ...ANNA, subject: 'ben@acme.example' })).toBe('approver-unknown');
    expect(await judge(party(ANNA, { revoked: true }), ANNA)).toBe('approver-revoked');
  });

  it('is not of another person when the verdict is signed by the same identity, also under another name or by a *', async () => {
    const workflow = party(WORKFLOW);
    expect(await judge(workflow, WORKFLOW, [party(WORKFLOW, { name: 'ci' })])).toBe('approver-same-person');
    const all = party({ ...WORKFLOW, subject: ALL_TAGS }, { name: 'ci' });
    expect(await judge(workflow, WORKFLOW, [all])).toBe('approver-same-person');
    expect(await judge(workflow, WORKFLOW, [party(ANNA, { name: 'ci' })])).toBe('held');
  });
});
