import { readHistory } from './verify.ts';

/**
 * When each tag was promoted last, in one repository if that is given. A tag found set counts where nothing says who set
 * it; a tag that was the source of verifications alone, as those of UAT are, by the last of them.
 */
export async function promotedAt(path: string, repository?: string): Promise<Map<string, Date>> {
  const promoted = new Map<string, Date>();
  const verified = new Map<string, Date>();
  for await (const { status, version, at, repository: where, attempt } of readHistory(path)) {
    if (repository !== undefined && where !== repository) continue;
    if (status === 'promoted' || (status === 'already-promoted' && !promoted.has(version))) {
      promoted.set(version, new Date(at));
    }
    // A refused promotion names a tag that was not set.
    if (attempt === undefined && ['verified', 'refused', 'inconclusive'].includes(status)) {
      verified.set(version, new Date(at));
    }
  }
  return new Map([...verified, ...promoted]);
}
