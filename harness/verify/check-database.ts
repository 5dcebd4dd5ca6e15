import { filestoreComplete } from '../backup/filestore-complete.ts';
import { readServerFacts } from '../backup/server-facts.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import type { Progress } from '../progress.ts';
import { buildReport, type RunReport, runChecks, type Subject } from '../run.ts';
import { askOfOneMoment } from '../sanitize-checks/ask.ts';
import { type SanitizeChecksOptions, sanitizeChecksWith } from '../sanitize-checks/checks.ts';
import { sanitizeContext } from '../sanitize-checks/context.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import { type CodeSource, modulesFrom } from './module-code.ts';
import { type FingerprintSource, lookForResidue, openFingerprints, residueIds } from './residue.ts';
import { selectChecks } from './selection.ts';
import { toolVersion } from './tool-version.ts';

export interface CheckDatabaseOptions {
  address: DatabaseAddress;
  baseUrl: URL;
  filestore?: string;
  stagingPassword?: string;
  /** Where the code of its modules is. With it their own neutralization is tried out, and rolled back. */
  code?: CodeSource;
  fingerprint?: FingerprintSource;
  /** Rules of the user's own, and whether the unknown fails. */
  held?: SanitizeChecksOptions;
  only?: readonly string[];
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Holds an existing database to every check that needs no running Odoo, in one read-only transaction; neutralization is
 * tried out in another one that is rolled back.
 */
export async function checkDatabase(options: CheckDatabaseOptions): Promise<RunReport> {
  const { address, baseUrl, filestore, stagingPassword, only, code, progress } = options;
  const startedAt = new Date();
  const sanitizeChecks = sanitizeChecksWith(options.held ?? {});
  const ids = [
    ...sanitizeChecks.map(({ id }) => id),
    fixedPoint.id,
    ...residueIds(options.fingerprint, filestore !== undefined),
    ...(filestore === undefined ? [] : [filestoreComplete.id]),
  ];
  const required = selectChecks(ids, only);
  const fingerprints = await openFingerprints(options.fingerprint);

  const neutral = required.includes(fixedPoint.id)
    ? await runChecks([fixedPoint], { address, modules: await modulesFrom(code, options) })
    : [];
  const { results, subject } = await progress.step(`check ${address.database}`, (detail) =>
    withReadOnlySession(address, async (session) => {
      const context = await sanitizeContext(session, {
        baseUrl,
        ...(stagingPassword === undefined ? {} : { stagingPassword }),
      });
      const chosen = sanitizeChecks.filter(({ id }) => required.includes(id));
      const results = await askOfOneMoment(chosen, context, address, { onResult: ({ id }) => detail(id) });
      if (filestore !== undefined && required.includes(filestoreComplete.id)) {
        results.push(...(await runChecks([filestoreComplete], { session, filestore })));
      }
      const facts = await readServerFacts(session).catch(() => undefined);
      const subject: Subject =
        facts === undefined
          ? {}
          : { database: { name: address.database, odooVersion: facts.odooVersion, modules: facts.modules } };
      return { results, subject };
    }),
  );
  const residue = await lookForResidue({ address, filestore }, fingerprints, required, progress);
  return buildReport({
    toolVersion,
    startedAt,
    finishedAt: new Date(),
    subject,
    required,
    results: [...results, ...neutral, ...residue],
    artifacts: [],
  });
}
