import { beforeAll } from 'vitest';
import { makeProduction, type ProductionBackup } from '../../fixtures/demo/make-production.ts';
import { silentProgress } from '../../harness/progress.ts';
import { probeOdoo, resolveImage } from '../../harness/stack/image.ts';
import { withRun } from '../../harness/stack/run-context.ts';

/** The backup of a production that never was, as `npm start` makes it; made once a machine. */
export function useDemoBackup(reference = 'odoo:19'): () => ProductionBackup {
  let backup: ProductionBackup | undefined;
  beforeAll(async () => {
    backup = await withRun({ progress: silentProgress, signal: new AbortController().signal }, async (context) => {
      const { engine, run, progress } = context;
      const image = await probeOdoo(engine, await resolveImage(engine, reference, progress), run);
      const postgres = await resolveImage(engine, 'postgres:17', progress);
      return makeProduction(context, image, postgres.id);
    });
  });
  return () => {
    if (backup === undefined) throw new Error('the backup is there only within a test');
    return backup;
  };
}
