import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parsePolicy, stepOf } from '../../../deploy/promote/policy.ts';
import { newKeyPair } from '../../../harness/evidence/keys.ts';

const { privatePem, publicPem } = newKeyPair();
const ci = { name: 'ci', publicKey: publicPem, environments: ['uat'] };
const policy = (change: object) => stringify({ signers: [ci], ...change });
const tags = { from: 'uat-v1.2.3', to: 'prod-v1.2.3' };

it('a policy names signers and what they are trusted for', async () => {
  expect((await parsePolicy(policy({}))).signers).toEqual([
    { name: 'ci', publicKey: expect.anything(), environments: ['uat'], revoked: false },
  ]);
});

it('without steps of its own a policy lets versions and commits go from UAT to production, on a verify of a day', async () => {
  const { steps } = await parsePolicy(policy({}));
  expect(steps).toMatchObject([
    { from: 'uat-v{version}', to: 'prod-v{version}', environment: 'uat', runs: ['verify'], maxAgeHours: 24 },
    { from: 'uat-{sha}', to: 'prod-{sha}' },
  ]);
  expect(steps[0]?.approval).toBeUndefined();
});

it('approval asks the questions of a release, unless the policy has its own', async () => {
  const { steps } = await parsePolicy(policy({ promotions: [{ from: 'a', to: 'b', approval: {} }] }));
  expect(steps[0]?.approval).toMatchObject({ by: 'operator', count: 1 });
  expect(steps[0]?.approval?.questions).toHaveLength(4);
});

it('the digest of a policy changes with a comment in it: what was judged is what stood there', async () => {
  const [plain, commented] = await Promise.all([parsePolicy(policy({})), parsePolicy(`${policy({})}# more\n`)]);
  expect(commented.digest).not.toBe(plain.digest);
});

it.each([
  ['a version', tags, 'uat-v{version}'],
  ['a release candidate', { from: 'uat-v1.2.3-rc1', to: 'prod-v1.2.3-rc1' }, 'uat-v{version}'],
  ['a commit', { from: 'uat-0a1b2c3', to: 'prod-0a1b2c3' }, 'uat-{sha}'],
])('%s takes its step', async (_, step, from) => {
  expect(stepOf(await parsePolicy(policy({})), step).from).toBe(from);
});

it.each([
  ['another version', { from: 'uat-v1.2.3', to: 'prod-v1.2.4' }],
  ['back', { from: 'prod-v1.2.3', to: 'uat-v1.2.3' }],
  ['from another environment', { from: 'dev-v1.2.3', to: 'prod-v1.2.3' }],
  ['a longer tag', { from: 'uat-v1.2.3', to: 'prod-v1.2.3+x' }],
  ['to a tag that moves', { from: 'uat-v1.2.3', to: 'prod-latest' }],
  ['from a dot that is any letter', { from: 'uat-v1x2', to: 'prod-v1x2' }],
])('no step leads %s', async (_, step) => {
  const parsed = await parsePolicy(policy({}));
  expect(() => stepOf(parsed, step)).toThrow(
    expect.objectContaining({ refusals: [expect.objectContaining({ code: 'step-not-allowed' })] }),
  );
});

it.each([
  ['is empty', '', 'top level'],
  ['is no YAML', 'signers: [', 'Flow sequence'],
  ['names nobody', 'signers: []', 'signers'],
  ['has a key that nobody knows', policy({ signers: [{ ...ci, expires: 'never' }] }), 'expires'],
  ['trusts for nothing', policy({ signers: [{ ...ci, environments: [] }] }), 'environments'],
  ['says the same key twice', `${policy({})}signers: []\n`, 'unique'],
  ['holds no key', policy({ signers: [{ ...ci, publicKey: 'none' }] }), 'signers.0.publicKey'],
  ['holds a private key', policy({ signers: [{ ...ci, publicKey: privatePem }] }), 'signers.0.publicKey'],
  ['has a pattern that is no tag', policy({ promotions: [{ from: 'uat v1', to: 'b' }] }), 'promotions.0.from'],
  ['has a pattern with one name twice', policy({ promotions: [{ from: '{a}-{a}', to: 'b' }] }), 'promotions.0.from'],
  ['asks for a run that there is not', policy({ promotions: [{ from: 'a', to: 'b', runs: ['luck'] }] }), 'runs'],
  [
    'wants more approvals than it names people',
    policy({ promotions: [{ from: 'a', to: 'b', approval: { by: 'another' } }] }),
    'promotions.0.approval',
  ],
])('a policy that %s is refused, and what is wrong is named', async (_, text, says) => {
  await expect(parsePolicy(text)).rejects.toThrow(
    expect.objectContaining({ code: 'policy-file', exitCode: 2, message: expect.stringContaining(says) }),
  );
});
