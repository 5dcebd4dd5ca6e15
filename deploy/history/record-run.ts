import { basename } from 'node:path';
import type { Evidence } from '../../harness/evidence/statement.ts';
import type { RunReport } from '../../harness/run.ts';
import type { Verdict } from '../../harness/verdict.ts';
import { formatRepository, isDigest, parseReference } from '../registry/reference.ts';
import { appendEntry } from './append.ts';
import type { Entry } from './entry.ts';
import { headOf } from './verify.ts';

const STATUS: Readonly<Record<Verdict, Entry['status']>> = {
  pass: 'verified',
  refuse: 'refused',
  inconclusive: 'inconclusive',
};

/** Where a history stands, as evidence keeps it; undefined while it is empty. Throws as `readHistory` does. */
export async function standOf(path: string): Promise<Evidence['history']> {
  const head = await headOf(path);
  return head === undefined ? undefined : { name: basename(path), ...head };
}

/** Appends what a run found of an image. Throws the errors of `appendEntry`. */
export async function recordRun(
  path: string,
  { subject: { image }, verdict }: RunReport,
  about: { environment: string; operator: string; evidence?: { runId: string; sha256: string } | undefined },
): Promise<void> {
  const { environment, operator, evidence } = about;
  const { repository, tag } = parseReference(image?.reference ?? '');
  const digest = image?.digest;
  await appendEntry(path, {
    version: tag ?? digest?.replace(':', '-').slice(0, 'sha256-'.length + 12) ?? 'latest',
    environment,
    status: STATUS[verdict],
    operator,
    repository: formatRepository(repository),
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
    ...(evidence ? { runIds: [evidence.runId], evidence: [`sha256:${evidence.sha256}`] } : {}),
  });
}
