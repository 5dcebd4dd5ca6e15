import { readHistory } from './verify.ts';

/** When each tag was promoted last, in one repository if that is given. A tag found set counts where nothing says who set it. */
export async function promotedAt(path: string, repository?: string): Promise<Map<string, Date>> {
  const times = new Map<string, Date>();
  for await (const { status, version, at, repository: where } of readHistory(path)) {
    if (repository !== undefined && where !== repository) continue;
    if (status === 'promoted' || (status === 'already-promoted' && !times.has(version))) {
      times.set(version, new Date(at));
    }
  }
  return times;
}
