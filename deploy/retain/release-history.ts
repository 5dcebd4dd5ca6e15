import { stat } from 'node:fs/promises';
import { UsageError } from '../../harness/errors.ts';
import { appendEntry } from '../history/append.ts';
import { promotedAt } from '../history/promoted-at.ts';
import { readHistory } from '../history/verify.ts';
import type { Outcome } from './remove.ts';
import type { RetentionRequest } from './retain.ts';

/**
 * A history as retention needs it: when each tag was promoted, and where to record that one was removed. Throws
 * `UsageError('history-missing')`, as no file would mean that nothing was ever promoted, and the errors of `readHistory`.
 */
export async function releaseHistory(
  path: string,
  { repository, operator }: { repository: string; operator: string },
): Promise<Required<Pick<RetentionRequest, 'promotedAt' | 'onRemoved'>>> {
  await stat(path).catch((cause: unknown) => {
    throw new UsageError('history-missing', `There is no history "${path}".`, { next: 'Check its path.', cause });
  });
  const onRemoved = async ({ tag, digest }: Outcome) => {
    const environment = await environmentOf(path, tag, repository);
    await appendEntry(path, { version: tag, environment, status: 'deleted', operator, repository, digest });
  };
  return { promotedAt: await promotedAt(path, repository), onRemoved };
}

/** Where a tag was promoted to last. */
async function environmentOf(path: string, tag: string, where: string): Promise<string> {
  let last = 'unknown';
  for await (const { version, repository, environment } of readHistory(path)) {
    if (version === tag && repository === where) last = environment;
  }
  return last;
}
