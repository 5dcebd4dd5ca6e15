import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../deploy/history/entry.ts';
import { readPast, refusedByPast, type Step } from '../../../deploy/promote/past.ts';
import { openAll } from '../../../deploy/promote/select-runs.ts';
import type { Evidence } from '../../../harness/evidence/statement.ts';
import { anchorOf, DIGEST, historyFile, linesOf, sha256 } from '../history/sample-history.ts';
import { ci, evidenceFile } from './release.ts';

const RUN = '0b9e2a52-9a3f-4c56-8a7e-3d5a0d7a7b10';
const ATTEMPT = 'c3d1f6a4-2f57-4f0e-8a52-9f6d0a4b7c12';
const NONCE = 'c3d1f6a4-2f57-4f0e-8a52-000000000001';
const repository = 'ghcr.io/acme/odoo';
const step: Step = { repository, targetRepository: repository, to: 'prod-v1.2.3', digest: DIGEST, environment: 'uat' };
const elsewhere = { version: 'prod-v2.0.0' } as const;
// The runs of `evidenceFile` end in March, the entries of `linesOf` are of January.
const newer = '2026-03-01T13:00:00.000Z';
const older = '2026-03-01T11:00:00.000Z';
const failure: Partial<Entry> = { environment: 'uat', status: 'refused', at: newer };

const runs = (change: Partial<Evidence> = {}) => openAll([evidenceFile({ runId: RUN, ...change })], [ci.signer]);
const past = (entries: Partial<Entry>[], of = runs()) => readPast(historyFile(linesOf(entries)), of, step);
const codes = async (...entries: Partial<Entry>[]) =>
  refusedByPast(await past(entries), runs()).map(({ code }) => code);

describe('a run is used', () => {
  it.each<[string, Partial<Entry>, string[]]>([
    ['once a promotion is done with it', { runIds: [RUN] }, ['run-used']],
    ['once a promotion found its tag set', { runIds: [RUN], status: 'already-promoted' }, ['run-used']],
    ['once a promotion to another tag began', { runIds: [RUN], status: 'started', ...elsewhere }, ['run-used']],
    ['not while this very promotion has only begun', { runIds: [RUN], status: 'started' }, []],
    ['not by a promotion that was refused', { runIds: [RUN], status: 'refused', attempt: ATTEMPT }, []],
    ['not by a verification', { runIds: [RUN], status: 'verified' }, []],
    ['not by a promotion with another run', { runIds: [ATTEMPT] }, []],
  ])('%s', async (_, entry, expected) => {
    expect(await codes(entry)).toEqual(expected);
  });
});

describe('a pass is revoked', () => {
  it.each<[string, Partial<Entry>, string[]]>([
    ['by a newer refusal', failure, ['newer-run-failed']],
    ['by a newer run that could not tell', { ...failure, status: 'inconclusive' }, ['newer-run-failed']],
    ['not by an older one', { ...failure, at: older }, []],
    ['not by one of another image', { ...failure, digest: sha256('another') }, []],
    ['not by one of another repository', { ...failure, repository: 'ghcr.io/acme/other' }, []],
    ['not by one for another environment', { ...failure, environment: 'demo' }, []],
    ['not by a refused promotion', { ...failure, attempt: ATTEMPT }, []],
  ])('%s', async (_, entry, expected) => {
    expect(await codes(entry)).toEqual(expected);
  });
});

it.each<[Entry['status'], Partial<Entry>, string[]]>([
  ['promoted', {}, [NONCE]],
  ['started', {}, []],
  ['started', elsewhere, [NONCE]],
])('an approval counts as used after "%s" %o: %o', async (status, more, expected) => {
  expect([...(await past([{ status, approvals: [NONCE], ...more }])).usedApprovals]).toEqual(expected);
});

it.each<[Partial<Entry>, boolean]>([
  [{}, true],
  [{ status: 'already-promoted' }, true],
  [{ status: 'started' }, false],
  [elsewhere, false],
  [{ repository: 'ghcr.io/acme/other' }, false],
])('whether this promotion is recorded as done, after %o: %s', async (entry, recorded) => {
  expect((await past([entry])).recorded).toBe(recorded);
});

describe('what evidence saw of the history', () => {
  const lines = linesOf([elsewhere, elsewhere]);
  const seen = (name: string) => runs({ history: { name, ...anchorOf(lines) } });

  it('holds while the history goes on from there', async () => {
    await expect(readPast(historyFile(lines), seen('promotions.jsonl'), step)).resolves.toBeDefined();
  });

  it('shows that its end was cut off', async () => {
    const cut = historyFile(lines.slice(0, 1));
    await expect(readPast(cut, seen('promotions.jsonl'), step)).rejects.toMatchObject({ code: 'history-damaged' });
  });

  it('says nothing of a history of another name', async () => {
    await expect(readPast(historyFile(lines.slice(0, 1)), seen('uat.jsonl'), step)).resolves.toBeDefined();
  });
});
