import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wordsFor } from '../../../deploy/approve/approval.ts';
import { appendEntry } from '../../../deploy/history/append.ts';
import type { Entry } from '../../../deploy/history/entry.ts';
import { standOf } from '../../../deploy/history/record-run.ts';
import { readHistory } from '../../../deploy/history/verify.ts';
import { type PromotionRequest, promote, type SignedBasis } from '../../../deploy/promote/promote.ts';
import { isDigest } from '../../../deploy/registry/reference.ts';
import { failedUnlessEmpty } from '../../../harness/check.ts';
import type { Evidence } from '../../../harness/evidence/statement.ts';
import { useRegistry } from '../../support/registry.ts';
import { anna, approvalFile, ci, evidenceFile, NOW, policyOf, TAGS, verdictFile } from './release.ts';
import { reportOf } from './report.ts';

const registry = useRegistry();
const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const puts = () => registry().exchanges.filter(({ method }) => method === 'PUT');
let made = 0;

/** A repository of this test's own with an image under its source tag, a history, and evidence of it. */
async function prepared(policy = policyOf()) {
  made += 1;
  const name = `acme/odoo-${made}`;
  const { digest } = await registry().pushImage(name, TAGS.from, `image ${made}`);
  if (!isDigest(digest)) throw new Error('the registry names no digest');
  const repository = `${registry().host}/${name}`;
  const history = join(folder, `${made}.jsonl`);
  const evidence = (change: Partial<Evidence> = {}) =>
    evidenceFile({ repository, digest, report: reportOf(digest), ...change });
  const promoteIt = (change: Partial<SignedBasis> = {}, request: Partial<PromotionRequest> = {}) =>
    promote({
      ...{ repository, ...TAGS, now: NOW, http: { retryDelayMs: 1 }, history: { path: history, operator: 'otto' } },
      basis: { evidence: [evidence()], policy, ...change },
      ...request,
    });
  return {
    name,
    digest,
    repository,
    history,
    evidence,
    promote: promoteIt,
    target: () => registry().digestOf(name, TAGS.to),
  };
}

async function entriesOf(history: string) {
  const entries: Entry[] = [];
  for await (const entry of readHistory(history)) entries.push(entry);
  return entries;
}

async function recorded(history: string) {
  return (await entriesOf(history)).map(({ status, operator }) => `${operator} ${status}`);
}

describe('signed evidence', () => {
  it('of a trusted signer sets the tag, says whose it is, and is recorded', async () => {
    const { digest, promote, target, history } = await prepared();
    expect(await promote()).toMatchObject({ status: 'promoted', signers: ['ci'], approvers: [] });
    expect(await target()).toBe(digest);
    expect(await recorded(history)).toEqual(['otto started', 'otto promoted']);
  });

  it('is recorded once, however often it is promoted', async () => {
    const { promote, history, evidence } = await prepared();
    const basis = { evidence: [evidence()] };
    await promote(basis);
    expect(await promote(basis)).toMatchObject({ status: 'already-promoted' });
    expect(await recorded(history)).toEqual(['otto started', 'otto promoted']);
  });

  it('of a key that is revoked sets nothing, and asks the registry nothing', async () => {
    const policy = { ...policyOf(), signers: [{ ...ci.signer, revoked: true }] };
    const { promote, history } = await prepared(policy);
    const asked = registry().exchanges.length;
    expect(await promote()).toMatchObject({ status: 'refused', refusals: [{ code: 'signer-revoked' }] });
    expect(registry().exchanges.length).toBe(asked);
    expect(await recorded(history)).toEqual(['otto refused']);
  });

  it.each<[string, (of: Awaited<ReturnType<typeof prepared>>) => Partial<SignedBasis>, string]>([
    [
      'of a run that did not pass',
      ({ digest, evidence }) => ({
        evidence: [evidence({ report: reportOf(digest, failedUnlessEmpty([{ message: 'sends mail' }], 1)) })],
      }),
      'verdict-not-pass',
    ],
    [
      'of an image in another repository, though the digest is the same',
      ({ evidence }) => ({ evidence: [evidence({ repository: 'ghcr.io/acme/odoo' })] }),
      'other-repository',
    ],
    [
      'without a run that the policy asks for',
      () => ({ policy: policyOf({ runs: ['verify', 'coverage'] }) }),
      'run-missing',
    ],
    [
      'on a step that the policy does not have',
      () => ({ policy: policyOf({ to: 'live-v{version}' }) }),
      'step-not-allowed',
    ],
  ])('%s sets nothing', async (_, change, code) => {
    const it = await prepared();
    expect(await it.promote(change(it))).toMatchObject({ status: 'refused', refusals: [{ code }] });
    expect(puts()).toEqual([]);
    expect(await it.target()).toBeNull();
  });

  it('of an image that the source tag has left since sets nothing', async () => {
    const { name, promote, target } = await prepared();
    await registry().pushImage(name, TAGS.from, `newer ${name}`);
    expect(await promote()).toMatchObject({ refusals: [{ code: 'other-digest' }] });
    expect(await target()).toBeNull();
  });

  it('run dry writes neither the tag nor the history', async () => {
    const { promote, target, history } = await prepared();
    expect(await promote({}, { dryRun: true })).toMatchObject({ status: 'would-promote' });
    expect(await target()).toBeNull();
    expect(await recorded(history)).toEqual([]);
  });
});

describe('a tag that somebody else sets meanwhile', () => {
  it('is left alone, and that is said', async () => {
    const { name, promote, target, history } = await prepared();
    let asked = 0;
    registry().intercept(async ({ method, path }, forward) => {
      const isTarget = method === 'HEAD' && path.endsWith(`/manifests/${TAGS.to}`);
      if (isTarget) asked += 1;
      if (isTarget && asked === 2) await registry().pushImage(name, TAGS.to, `rival ${name}`);
      return forward();
    });
    expect(await promote()).toMatchObject({ refusals: [{ code: 'target-taken' }] });
    expect(await target()).not.toBeNull();
    expect(puts().filter(({ path }) => path.endsWith(TAGS.to))).toEqual([]);
    expect(await recorded(history)).toEqual(['otto started', 'otto refused']);
  });

  it('after it was set is found when it is read back, and recorded', async () => {
    const { name, promote, history } = await prepared();
    registry().intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method === 'PUT') await registry().pushImage(name, TAGS.to, `rival ${name}`);
      return answer;
    });
    await expect(promote()).rejects.toMatchObject({ code: 'promote-read-back' });
    expect(await entriesOf(history)).toMatchObject([
      { status: 'started' },
      { status: 'failed', detail: 'promote-read-back' },
    ]);
  });
});

describe('a history', () => {
  it('refuses evidence that moved another tag before', async () => {
    const policy = policyOf({ to: '{target}-v{version}' });
    const { promote, evidence } = await prepared(policy);
    const basis = { evidence: [evidence()] };
    await promote(basis);
    expect(await promote(basis, { to: 'live-v1.0.0' })).toMatchObject({ refusals: [{ code: 'run-used' }] });
  });

  it('refuses a pass after which the image failed', async () => {
    const { promote, history, repository, digest } = await prepared();
    const failure = {
      version: TAGS.from,
      environment: 'uat',
      status: 'refused',
      operator: 'ci',
      repository,
      digest,
    } as const;
    await appendEntry(history, failure, { now: NOW });
    expect(await promote()).toMatchObject({ refusals: [{ code: 'newer-run-failed' }] });
  });

  it('is believed to the end that evidence has seen: cut off, nothing is set', async () => {
    const { promote, history, repository, evidence, target } = await prepared();
    const entry = { version: TAGS.from, environment: 'uat', status: 'verified', operator: 'ci', repository } as const;
    await appendEntry(history, entry, { now: NOW });
    const whole = await readFile(history);
    await appendEntry(history, { ...entry, status: 'refused' }, { now: NOW });
    const seen = evidence({ history: await standOf(history) });
    await writeFile(history, whole);
    await expect(promote({ evidence: [seen] })).rejects.toMatchObject({ code: 'history-damaged', exitCode: 3 });
    expect(await target()).toBeNull();
  });

  it('that can not be written to leaves the tag unset', async () => {
    const { promote, target } = await prepared();
    const request = { history: { path: join(folder, 'nowhere', 'x.jsonl'), operator: 'otto' } };
    await expect(promote({}, request)).rejects.toMatchObject({ exitCode: 3 });
    expect(await target()).toBeNull();
  });
});

describe('approval by another', () => {
  const policy = policyOf({ approval: { by: 'another', count: 1, questions: ['Tested?'] } });

  /** Evidence, the verdict on it, and what anna says of that. */
  async function approved() {
    const it = await prepared(policy);
    const evidence = it.evidence();
    const verdict = verdictFile([evidence], { repository: it.repository, digest: it.digest });
    const approval = approvalFile(verdict, { repository: it.repository, digest: it.digest });
    return { ...it, basis: { evidence: [evidence], verdict }, approval };
  }

  it('lets the tag be set, and both names are told', async () => {
    const { promote, basis, approval, history } = await approved();
    const promoted = await promote({ ...basis, approvals: [approval] });
    expect(promoted).toMatchObject({ status: 'promoted', signers: ['ci'], approvers: ['anna'] });
    const entries = await entriesOf(history);
    expect(entries.at(-1)).toMatchObject({
      approvals: [expect.any(String)],
      verdict: expect.stringMatching(/^sha256:/),
    });
  });

  it.each<[string, (of: Awaited<ReturnType<typeof approved>>) => Partial<SignedBasis>, string]>([
    ['is missing', ({ basis }) => basis, 'approval-missing'],
    [
      'is of no verdict',
      ({ basis, approval }) => ({ evidence: basis.evidence, approvals: [approval] }),
      'verdict-missing',
    ],
    [
      'is of evidence that a newer run has overtaken',
      ({ basis, approval, evidence }) => ({
        ...basis,
        evidence: [...basis.evidence, evidence()],
        approvals: [approval],
      }),
      'verdict-other-evidence',
    ],
    [
      'is by whoever verified',
      ({ basis, approval }) => ({
        ...basis,
        approvals: [approval],
        policy: { ...policy, signers: [{ ...ci.signer, name: anna.party.name }] },
      }),
      'approver-same-person',
    ],
  ])('refuses when it %s', async (_, change, code) => {
    const it = await approved();
    expect(await it.promote(change(it))).toMatchObject({ refusals: [{ code }] });
    expect(await it.target()).toBeNull();
  });
});

describe('approval by the operator', () => {
  const policy = policyOf({ approval: { by: 'operator', count: 1, questions: ['Tested?'] } });
  const says = (answer: 'yes' | 'no', typed?: string): Partial<SignedBasis> => ({
    ask: async ({ digest }) => ({
      answers: [{ question: 'Tested?', answer }],
      typed: typed ?? wordsFor(digest),
      approver: 'otto',
    }),
  });

  it('is asked for, and the tag is set', async () => {
    const { promote } = await prepared(policy);
    expect(await promote(says('yes'))).toMatchObject({ status: 'promoted', approvers: ['otto'] });
  });

  it.each<[string, Partial<SignedBasis>, string]>([
    ['answers no', says('no'), 'approval-incomplete'],
    ['types something else', says('yes', 'APPROVE'), 'approval-incomplete'],
    ['is not there', {}, 'approval-missing'],
  ])('who %s ends it', async (_, change, code) => {
    const { promote, target } = await prepared(policy);
    expect(await promote(change)).toMatchObject({ refusals: [{ code }] });
    expect(await target()).toBeNull();
  });
});

describe('of two promotions at once', () => {
  it('to one tag from two images, one wins and the other says so', async () => {
    const policy = policyOf({ from: 'uat-{source}', to: 'prod-v1.0.0' });
    const { name, promote, digest, repository, target } = await prepared(policy);
    const other = await registry().pushImage(name, 'uat-other', `other ${name}`);
    const evidence = [evidenceFile({ repository, digest: other.digest, report: reportOf(other.digest) })];
    const both = await Promise.all([promote(), promote({ evidence }, { from: 'uat-other' })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['promoted', 'refused']);
    expect(both.find(({ status }) => status === 'refused')).toMatchObject({ refusals: [{ code: 'target-taken' }] });
    expect(await target()).toBe(both[0].status === 'promoted' ? digest : other.digest);
    expect(puts()).toHaveLength(1);
  });

  it('of one image, one sets the tag and the other finds it set', async () => {
    const { promote, history } = await prepared();
    const both = await Promise.all([promote(), promote()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['already-promoted', 'promoted']);
    expect(puts()).toHaveLength(1);
    expect(await recorded(history)).toEqual(['otto started', 'otto promoted']);
  });
});
