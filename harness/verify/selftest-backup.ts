import { randomBytes } from 'node:crypto';
import { sanitize } from '../sanitize/sanitize.ts';
import { selftest, selftestIds } from '../selftest/selftest.ts';
import { type SelftestReport, summarize } from '../selftest/summary.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import { withRun } from '../stack/run-context.ts';
import { modulesInStack } from './module-code.ts';
import { prepareCopy } from './prepare-copy.ts';
import { neutralize } from './sanitize-database.ts';
import { selectChecks } from './selection.ts';
import { toolVersion } from './tool-version.ts';
import type { VerifyOptions } from './verify.ts';

export interface SelftestOptions
  extends Pick<
    VerifyOptions,
    'image' | 'postgresImage' | 'backup' | 'filestore' | 'addons' | 'only' | 'progress' | 'signal'
  > {
  rules?: NonNullable<VerifyOptions['held']>['rules'];
}

/** Any that no DNS knows (RFC 6761): nobody opens the copy. */
const BASE_URL = new URL('http://odoo-gate.test:8069');

/**
 * Restores a backup on a cut-off server, sanitizes and anonymizes it, and tries the checks out on clones of it. Nothing
 * that exists is written; all that was started is gone afterwards.
 */
export async function selftestBackup(options: SelftestOptions): Promise<SelftestReport> {
  const startedAt = new Date();
  const only = selectChecks(selftestIds(options.rules), options.only);
  return withRun(options, async (context) => {
    const copy = await prepareCopy(context, options);
    const address = copy.postgres.address(STACK_DATABASE);
    const addons = options.addons ?? [];
    const stagingPassword = randomBytes(12).toString('base64url');
    await sanitize({
      address,
      baseUrl: BASE_URL,
      progress: context.progress,
      neutralize: () => neutralize(context, copy.image, { address, addons }),
      anonymize: { stagingPassword, key: randomBytes(32).toString('hex') },
    });
    const result = await selftest({
      address,
      baseUrl: BASE_URL,
      stagingPassword,
      modules: await modulesInStack(context, copy.image, addons),
      rules: options.rules ?? [],
      only,
      progress: context.progress,
      signal: context.signal,
    });
    return summarize(result, {
      toolVersion,
      startedAt,
      finishedAt: new Date(),
      subject: {
        image: { reference: copy.image.reference, id: copy.image.id },
        database: { name: STACK_DATABASE, odooVersion: copy.odooVersion, modules: copy.modules },
        backup: { digest: copy.backup.digest },
      },
    });
  });
}
