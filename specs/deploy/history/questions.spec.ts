import { describe, expect, it } from 'vitest';
import { type Entry, parseEntry } from '../../../deploy/history/entry.ts';
import { latestVerification, promotedAt, usedRuns } from '../../../deploy/history/questions.ts';
import { DIGEST, historyFile, linesOf, minute, sha256 } from './sample-history.ts';

const RUN = '0b9e2a52-9a3f-4c56-8a7e-3d5a0d7a7b10';
const OTHER_RUN = '5f0c7c1e-7a53-4a3e-9d0f-1b0a8c6f2e11';
const ATTEMPT = 'c3d1f6a4-2f57-4f0e-8a52-9f6d0a4b7c12';

const entries = (...changes: Partial<Entry>[]): Entry[] =>
  linesOf(changes).flatMap((line) => parseEntry(Buffer.from(line)) ?? []);

describe('a run is used', () => {
  it.each(['started', 'promoted', 'already-promoted'] as const)('once a promotion has %s with it', async (status) => {
    const [entry] = entries({ status, runIds: [OTHER_RUN, RUN] });
    expect((await usedRuns(entries({ status, runIds: [OTHER_RUN, RUN] }))).runs.get(RUN)).toEqual(entry);
  });

  it.each(['verified', 'refused', 'failed'] as const)('not by an entry that says %s', async (status) => {
    expect((await usedRuns(entries({ status, runIds: [RUN] }))).runs.size).toBe(0);
  });

  it('by the first promotion that took it', async () => {
    const used = await usedRuns(entries({ to: 'prod-v1', runIds: [RUN] }, { to: 'prod-v2', runIds: [RUN] }));
    expect(used.runs.get(RUN)?.to).toBe('prod-v1');
  });
});

it('an approval is used once a promotion has started with it', async () => {
  const { approvals } = await usedRuns(entries({ status: 'started', approvals: ['nonce-0001'] }));
  expect([...approvals.keys()]).toEqual(['nonce-0001']);
});

describe('the latest verification', () => {
  const asked = { digest: DIGEST, environment: 'uat' };
  const uat = (status: Entry['status'], more: Partial<Entry> = {}) => ({ environment: 'uat', status, ...more });
  const statusOf = async (...changes: Partial<Entry>[]) =>
    (await latestVerification(entries(...changes), asked))?.status;

  it('is the one that was recorded last', async () => {
    expect(await statusOf(uat('refused'), uat('verified'))).toBe('verified');
    expect(await statusOf(uat('verified'), uat('refused'))).toBe('refused');
    expect(await statusOf(uat('verified'), uat('inconclusive'))).toBe('inconclusive');
  });

  it('is of this digest and environment alone', async () => {
    const others = [uat('refused', { digest: sha256('another') }), uat('refused', { environment: 'demo' })];
    expect(await statusOf(uat('verified'), ...others)).toBe('verified');
    expect(await statusOf(...others)).toBeUndefined();
  });

  it('is no refused promotion', async () => {
    expect(await statusOf(uat('verified'), uat('refused', { attempt: ATTEMPT }))).toBe('verified');
  });
});

describe('the time of a promotion', () => {
  const timesOf = (...changes: Partial<Entry>[]) => promotedAt(historyFile(linesOf(changes)));

  it('is that of its last entry by tag', async () => {
    const times = await timesOf({ version: 'prod-v1' }, { version: 'prod-v2' }, { version: 'prod-v1' });
    expect([...times]).toEqual([
      ['prod-v1', new Date(minute(2))],
      ['prod-v2', new Date(minute(1))],
    ]);
  });

  it('is not moved by finding the tag set', async () => {
    const times = await timesOf({ version: 'prod-v1' }, { version: 'prod-v1', status: 'already-promoted' });
    expect(times.get('prod-v1')).toEqual(new Date(minute(0)));
  });

  it('is when the tag was found set, where nobody recorded the setting', async () => {
    const times = await timesOf(
      { version: 'prod-v1', status: 'started' },
      { version: 'prod-v1', status: 'already-promoted' },
    );
    expect(times.get('prod-v1')).toEqual(new Date(minute(1)));
  });

  it('is asked for one repository', async () => {
    const path = historyFile(linesOf([{}, { repository: 'ghcr.io/acme/other', version: 'prod-v9' }]));
    expect([...(await promotedAt(path, 'ghcr.io/acme/other')).keys()]).toEqual(['prod-v9']);
  });

  it('is not told from a damaged history', async () => {
    await expect(promotedAt(historyFile(['x']))).rejects.toMatchObject({ code: 'history-damaged' });
  });
});
