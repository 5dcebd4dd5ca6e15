import type { Backup } from '../backup/backup.ts';
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
import { sideBySide } from '../stack/side-by-side.ts';
import { type Template, useTemplate } from '../stack/template.ts';

export interface CopyOptions {
  image: string;
  postgresImage: string;
  backup: string;
  filestore?: string;
}

/** A restored copy of a backup on a server of its own, and the image that is to run on it. Odoo is not started yet. */
export interface Copy {
  image: OdooImage;
  backup: Backup;
  postgres: RunningPostgres;
  /** The filestore as the backup had it, empty if it had none: read it, never write. */
  filestore: string;
  odooVersion: string;
  modules: number;
}

/** Asks the image while the backup is restored, once, and cloned ever after. Throws `UsageError` where the two don't fit. */
export async function prepareCopy(context: RunContext, options: CopyOptions): Promise<Copy> {
  const { engine, run, progress } = context;
  const [image, { backup, postgres, template }] = await sideBySide(context.signal, (signal) => {
    const probed = resolveImage(engine, options.image, progress, signal).then((image) => probeOdoo(engine, image, run));
    return [probed, restoredCopy({ ...context, signal }, options, probed)];
  });
  const { odooVersion, modules } = await withReadOnlySession(postgres.address(STACK_DATABASE), readServerFacts);
  assertSameSeries(odooVersion, image.series);
  return { image, backup, postgres, filestore: template.filestore, odooVersion, modules };
}

async function restoredCopy(context: RunContext, options: CopyOptions, probed: Promise<OdooImage>) {
  const { engine, run, network, progress, signal } = context;
  const { filestore } = options;
  const backup = await inspectBackup(options.backup, {
    ...(filestore === undefined ? {} : { filestore }),
    signal,
    progress,
  });
  assertRestorable(backup, { odooVersion: (await probed).series });
  const template = await restoredTemplate(context, options.postgresImage, backup);
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  return { backup, template, postgres };
}

async function restoredTemplate(context: RunContext, postgresReference: string, backup: Backup): Promise<Template> {
  const { engine, progress, signal } = context;
  const postgresImage = (await resolveImage(engine, postgresReference, progress, signal)).id;
  return useTemplate(
    { ...context, postgresImage },
    {
      ingredients: { kind: 'backup', digest: backup.digest },
      title: 'restore the backup',
      make: async ({ programs }, filestore) => {
        const verified = await verifyBackup(backup, programs, { signal, progress });
        await Promise.all([
          restoreDatabase(verified, { programs, database: STACK_DATABASE, jobs: 2, analyze: true, signal, progress }),
          backup.filestore === undefined
            ? undefined
            : extractFilestore(backup.filestore, filestore, { signal, progress }),
        ]);
        return { backup: backup.digest };
      },
    },
  );
}
