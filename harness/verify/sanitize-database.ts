import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import { UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { type Anonymization, type SanitizeSummary, sanitize } from '../sanitize/sanitize.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../stack/image.ts';
import { runOdoo } from '../stack/odoo.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';

export interface SanitizeDatabaseOptions {
  address: DatabaseAddress;
  baseUrl: URL;
  image: string;
  addons?: readonly string[];
  anonymize?: Anonymization;
  progress: Progress;
  signal: AbortSignal;
}

/** Sanitizes an existing database, with the image's own `odoo neutralize` run beside it on this machine's network. */
export async function sanitizeDatabase(options: SanitizeDatabaseOptions): Promise<SanitizeSummary> {
  await assertNobodyWorksOn(options.address);
  if (options.anonymize?.filestore !== undefined) assertOwnFilestore(options.anonymize.filestore, options.address);
  return withRun(options, async (context) => {
    const image = await probeOdoo(
      context.engine,
      await resolveImage(context.engine, options.image, context.progress),
      context.run,
    );
    assertUsesOurAddress(image);
    return sanitize({
      address: options.address,
      baseUrl: options.baseUrl,
      progress: context.progress,
      neutralize: () => neutralize({ ...context, network: { name: 'host' } }, image, options),
      ...(options.anonymize === undefined ? {} : { anonymize: options.anonymize }),
    });
  });
}

/**
 * A production by mistake, or a copy that already runs: either way an Odoo is connected. It would also keep serving what
 * it has in memory. Odoo names its connections `odoo-<pid>` (odoo/sql_db.py, since 9.0).
 */
async function assertNobodyWorksOn(address: DatabaseAddress): Promise<void> {
  const client = await connect(address);
  try {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name ~ '^odoo(-[0-9]|$)'`,
    );
    const count = rows[0]?.count ?? 0;
    if (count === 0) return;
    throw new UsageError(
      'database-in-use',
      `An Odoo works on the database "${address.database}" (${count} connections). Nothing was changed.`,
      { next: 'Make sure that this is the copy, not production; then stop its Odoo and sanitize again.' },
    );
  } finally {
    await client.end();
  }
}

/** Odoo's folder has the database's name. Production's, given by mistake, must not lose a file. */
function assertOwnFilestore(filestore: string, { database }: DatabaseAddress): void {
  if (!existsSync(filestore)) {
    throw new UsageError('filestore-missing', `There is no folder "${filestore}".`, {
      next: `Give the folder filestore/${database} of the copy's data directory.`,
    });
  }
  if (basename(resolve(filestore)) === database) return;
  throw new UsageError(
    'filestore-of-another-database',
    `The filestore "${filestore}" is not named after the database "${database}": files of another one would be removed.`,
    { next: `Give the copy's own folder, filestore/${database}, where its Odoo will look for it.` },
  );
}

/** The entry point lets the image's own configuration win: on this machine's network it could reach production itself. */
function assertUsesOurAddress({ reference, configured }: OdooImage): void {
  const named = ['db_host', 'db_port', 'db_user', 'db_password'].filter((option) => configured.has(option));
  if (named.length === 0) return;
  throw new UsageError(
    'image-names-database',
    `The configuration in the image "${reference}" sets ${named.join(', ')}: \`odoo neutralize\` would go to that server, not to --database-url.`,
    {
      next: 'Take these options out of the image (the container gets them by HOST, PORT, USER, PASSWORD), or verify a backup instead.',
    },
  );
}

/** Runs the image's own `odoo neutralize` on a database that it reaches over the network of `context`. */
export async function neutralize(
  { engine, run, network, signal }: Pick<RunContext, 'engine' | 'run' | 'signal'> & { network: { name: string } },
  image: OdooImage,
  { address, addons = [] }: { address: DatabaseAddress; addons?: readonly string[] },
): Promise<void> {
  const { exitCode, log } = await runOdoo(engine, {
    run,
    network,
    image,
    database: address,
    addons,
    command: 'neutralize',
    signal,
  });
  if (exitCode === 0) return;
  throw new UsageError(
    'neutralize-failed',
    `\`odoo neutralize\` ended with ${exitCode}. Its last lines:\n${log.lastLines(8)}`,
    {
      next: 'An addon whose code the image lacks goes in with --addons; a failing neutralize.sql is named above.',
    },
  );
}
