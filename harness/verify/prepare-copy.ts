import type { Digest } from '../backup/backup.ts';
import { changed } from '../backup/backup-errors.ts';
import { digestOfBackup } from '../backup/digest.ts';
import { extractFilestore } from '../backup/extract-filestore.ts';
import { inspectBackup } from '../backup/inspect.ts';
import { assertRestorable, assertSameSeries } from '../backup/restorable.ts';
import { restoreDatabase } from '../backup/restore.ts';
import { readServerFacts } from '../backup/server-facts.ts';
import { verifyBackup } from '../backup/verify.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../stack/image.ts';
import { type RunningPostgres, STACK_DATABASE, startPostgres } from '../stack/postgres.ts';
import type { RunContext } from '../stack/run-context.ts';
import { ownFilestore } from '../stack/run-folder.ts';
import { sideBySide } from '../stack/side-by-side.ts';
import { useTemplate } from '../stack/template.ts';

export interface CopyOptions {
  image: string;
  postgresImage: string;
  backup: string;
  filestore?: string;
  /** Files are to be removed from its filestore: it gets one of its own. */
  ownFilestore?: boolean;
}

/** A restored copy of a backup on a server of its own, and the image that is to run on it. Odoo is not started yet. */
export interface Copy {
  image: OdooImage;
  backup: { digest: Digest };
  postgres: RunningPostgres;
  /** The filestore as the backup had it, empty if it had none: never write into its files. */
  filestore: string;
  odooVersion: string;
  modules: number;
}

/** Asks the image while the backup is restored, once, and cloned ever after. Throws `UsageError` where the two don't fit. */
export async function prepareCopy(context: RunContext, options: CopyOptions): Promise<Copy> {
  const { engine, run, progress } = context;
  const [image, { digest, postgres, template }] = await sideBySide(context.signal, (signal) => {
    const probed = resolveImage(engine, options.image, progress, signal).then((image) => probeOdoo(engine, image, run));
    return [probed, restoredCopy({ ...context, signal }, options, probed)];
  });
  const { odooVersion, modules } = await withReadOnlySession(postgres.address(STACK_DATABASE), readServerFacts);
  assertSameSeries(odooVersion, image.series);
  const filestore = options.ownFilestore ? await ownFilestore(run, template.filestore) : template.filestore;
  return { image, backup: { digest }, postgres, filestore, odooVersion, modules };
}

async function restoredCopy(context: RunContext, options: CopyOptions, probed: Promise<OdooImage>) {
  const { engine, run, network, progress, signal } = context;
  const given = { signal, ...(options.filestore === undefined ? {} : { filestore: options.filestore }) };
  const [digest, { id: postgresImage }] = await Promise.all([
    progress.step('hash the backup', () => digestOfBackup(options.backup, given)),
    resolveImage(engine, options.postgresImage, progress, signal),
  ]);
  const template = await useTemplate(
    { ...context, postgresImage },
    {
      ingredients: { kind: 'backup', digest },
      title: 'restore the backup',
      // What has this digest was read through when the template was made.
      make: async ({ programs }, filestore) => {
        const backup = await inspectBackup(options.backup, { ...given, progress });
        if (backup.digest !== digest) throw changed(options.backup);
        assertRestorable(backup, { odooVersion: (await probed).series });
        const verified = await verifyBackup(backup, programs, { signal, progress });
        await Promise.all([
          restoreDatabase(verified, { programs, database: STACK_DATABASE, jobs: 2, analyze: true, signal, progress }),
          backup.filestore && extractFilestore(backup.filestore, filestore, { signal, progress }),
        ]);
      },
    },
  );
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  return { digest, template, postgres };
}
