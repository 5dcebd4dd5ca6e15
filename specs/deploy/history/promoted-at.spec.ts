import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../deploy/history/entry.ts';
import { promotedAt } from '../../../deploy/history/promoted-at.ts';
import { historyFile, linesOf, minute } from './sample-history.ts';

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

  it('is of a tag that was only verified when it was verified last', async () => {
    const uat = { version: 'uat-v1', environment: 'uat' };
    const times = await timesOf({ ...uat, status: 'verified' }, { ...uat, status: 'refused' });
    expect(times.get('uat-v1')).toEqual(new Date(minute(1)));
  });

  it('is not that of a promotion that was refused', async () => {
    const attempt = 'c3d1f6a4-2f57-4f0e-8a52-9f6d0a4b7c12';
    expect([...(await timesOf({ status: 'refused', attempt }))]).toEqual([]);
  });

  it('is asked for one repository', async () => {
    const path = historyFile(linesOf([{}, { repository: 'ghcr.io/acme/other', version: 'prod-v9' }]));
    expect([...(await promotedAt(path, 'ghcr.io/acme/other')).keys()]).toEqual(['prod-v9']);
  });

  it('is not told from a damaged history', async () => {
    await expect(promotedAt(historyFile(['x']))).rejects.toMatchObject({ code: 'history-damaged' });
  });
});
