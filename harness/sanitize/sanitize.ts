import type { Client } from 'pg';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import { UsageError } from '../errors.ts';
import { type Progress, silentProgress } from '../progress.ts';
import { anonymize } from './anonymize/anonymize.ts';
import { freezeBaseUrl, leftovers } from './leftovers.ts';
import { neutralizeBySql } from './neutralize-by-sql.ts';
import { removeOrphanedFiles } from './orphaned-files.ts';
import { cutPostgresWires } from './postgres-wires.ts';
import { stagingHash } from './staging-hash.ts';
import { forgetSamples } from './statistics.ts';
import { inTransaction, openSession } from './transaction.ts';
import type { Change, Writer } from './writer.ts';

export interface SanitizeRequest {
  address: DatabaseAddress;
  /** Where the copy will be reached; written to web.base.url and frozen there. */
  baseUrl: URL;
  /** Runs the image's own `odoo neutralize` on the database; never called for Odoo 15 and older, which have none. */
  neutralize: () => Promise<void>;
  /** Without it personal data stays as it is. */
  anonymize?: Anonymization;
  progress?: Progress;
}

export interface Anonymization {
  /** What every user signs in with afterwards; the administrator's login becomes `admin`. */
  stagingPassword: string;
  /** The same key gives the same pseudonyms; whoever has it can test a guess. */
  key: string;
  /** `replace`, unless told: files of people become placeholders, and their photos go. */
  attachments?: 'replace' | 'keep';
  /** Odoo's `filestore/<database>` of this copy: what nothing refers to any more is removed from it. Never production's. */
  filestore?: string;
}

export interface SanitizeSummary {
  odooVersion: string;
  /** The image's own command, or our statements for versions that have none. */
  neutralizedBy: 'odoo neutralize' | 'sql';
  changes: readonly Change[];
  /** What was removed from the filestore, where one was given. */
  files?: { removed: number; bytes: number };
}

/**
 * Makes a restored copy of production safe to start: neutralizes it, freezes its URL, removes what neutralization
 * leaves and, if asked, replaces personal data. Each stage, and each table of personal data, is one transaction: a failure
 * leaves the earlier ones done, and a run that was cut off goes on where it stopped when it is started again.
 * Works on Odoo 14 to 19. Throws `UsageError` for a database that is not one, or an empty key or password.
 */
export async function sanitize(request: SanitizeRequest): Promise<SanitizeSummary> {
  const { address, baseUrl, neutralize, progress = silentProgress } = request;
  assertUsable(request.anonymize);
  const odooVersion = await onDatabase(address, readOdooVersion);
  const changes: Change[] = [];
  const stage = async (title: string, work: (writer: Writer) => Promise<void>) => {
    const done = await progress.step(title, () =>
      onDatabase(address, async (client) => {
        const writer = await openSession(client);
        await inTransaction(client, title, () => work(writer));
        return writer.changes;
      }),
    );
    changes.push(...done);
  };

  const ownCommand = Number.parseInt(odooVersion, 10) >= 16;
  if (ownCommand) await progress.step("Neutralize with the image's own command", neutralize);
  else await stage(`Neutralize by SQL: Odoo ${odooVersion} has no command for it`, neutralizeBySql);
  await stage('Freeze the base URL', (writer) => freezeBaseUrl(writer, baseUrl));
  await stage('Remove what neutralization leaves', leftovers);
  await stage('Cut what leads out of the database server', cutPostgresWires);
  const { anonymize: asked } = request;
  const summary = { odooVersion, neutralizedBy: ownCommand ? ('odoo neutralize' as const) : ('sql' as const), changes };
  if (asked === undefined) return summary;
  const passwordHash = await stagingHash(asked.stagingPassword, asked.key);
  const done = await progress.step('Anonymize', (detail) =>
    onDatabase(address, (client) =>
      anonymize(client, { ...asked, passwordHash }, (table, at, of) => detail(`${table} (${at} of ${of})`)),
    ),
  );
  changes.push(...done);
  // Outside a transaction each table is locked for itself.
  await progress.step('Draw new samples for the planner', () =>
    onDatabase(address, (client) => client.query('ANALYZE')),
  );
  await stage('Forget the samples of what was deleted', forgetSamples);
  const { filestore } = asked;
  if (filestore === undefined) return summary;
  const files = await progress.step('Remove files that nothing refers to', () =>
    onDatabase(address, (client) => removeOrphanedFiles(client, filestore)),
  );
  return { ...summary, files };
}

function assertUsable(asked: Anonymization | undefined): void {
  if (asked === undefined) return;
  if (asked.stagingPassword === '') {
    throw new UsageError('staging-password-empty', 'The staging password is empty.', {
      next: 'Choose a password that is used nowhere else and give it again.',
    });
  }
  if (asked.key.length < 16) {
    throw new UsageError('anonymize-key-short', 'The key for pseudonyms is shorter than 16 characters.', {
      next: 'Make one with: openssl rand -hex 32',
    });
  }
}

async function onDatabase<T>(address: DatabaseAddress, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(address, 'odoo-gate sanitize');
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function readOdooVersion(client: Client): Promise<string> {
  const notOdoo = (found: string) =>
    new UsageError('not-an-odoo-database', `The database is not an Odoo of 14 to 19: ${found}.`, {
      next: 'Restore the backup first, or correct the name of the database.',
    });
  const { rows } = await client
    .query<{ version: string | null }>(
      "SELECT latest_version AS version FROM public.ir_module_module WHERE name = 'base' AND state <> 'uninstalled'",
    )
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === '42P01') throw notOdoo('it has no table ir_module_module');
      throw error;
    });
  const version = rows[0]?.version?.match(/(\d+\.\d+)/)?.[1];
  const major = Number.parseInt(version ?? '', 10);
  if (version === undefined || !(major >= 14 && major <= 19)) throw notOdoo(`base says ${version ?? 'nothing'}`);
  return version;
}
