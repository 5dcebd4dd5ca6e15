import { randomBytes } from 'node:crypto';
import { UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { freshTemplate } from '../stack/fresh-template.ts';
import { probeOdoo, resolveImage } from '../stack/image.ts';
import { startOdoo } from '../stack/odoo.ts';
import { STACK_DATABASE, startPostgres } from '../stack/postgres.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';
import { prepareCopy } from './prepare-copy.ts';
import { findAdministrator, openDoorForSmoke } from './smoke-user.ts';

export interface LookOptions {
  image: string;
  postgresImage: string;
  content: { backup: string; filestore?: string } | { modules: readonly string[]; demo: boolean };
  addons: readonly string[];
  progress: Progress;
  signal: AbortSignal;
}

/** A stack that stays until `down`. */
export interface LookedAtStack {
  id: string;
  url: string;
  databaseUrl: string;
  login: string;
  password: string;
}

/** Starts a cut-off stack that outlives this process, with a password of its own for one administrator. */
export async function startForLooking(options: LookOptions): Promise<LookedAtStack> {
  return withRun({ ...options, keep: true }, async (context) => {
    const { engine, run, network, progress, signal } = context;
    const { image, postgres, filestore } = await prepare(context, options);
    const address = postgres.address(STACK_DATABASE);
    const administrator = await findAdministrator(address);
    const password = randomBytes(9).toString('base64url');
    if (administrator === undefined) {
      throw new UsageError('no-administrator', 'No active user of the database is in the group Settings.', {
        next: 'Give an administrator that group in production, or take another backup.',
      });
    }
    await openDoorForSmoke(address, administrator, password);
    const odoo = await progress.step('start Odoo', () =>
      startOdoo(engine, { run, network, image, database: address, filestore, addons: options.addons, signal }),
    );
    const databaseUrl = `postgresql://${address.user}:${address.password}@${address.host}:${address.port}/${address.database}`;
    return { id: run.id, url: odoo.url.href, databaseUrl, login: administrator.login, password };
  });
}

async function prepare(context: RunContext, { image: reference, postgresImage, content, addons }: LookOptions) {
  if ('backup' in content) return prepareCopy(context, { image: reference, postgresImage, ...content });
  const { engine, run, network, progress } = context;
  const [image, { id }] = await Promise.all([
    resolveImage(engine, reference, progress).then((resolved) => probeOdoo(engine, resolved, run)),
    resolveImage(engine, postgresImage, progress),
  ]);
  const template = await freshTemplate(context, { image, postgresImage: id, addons, ...content });
  return {
    image,
    postgres: await startPostgres(engine, { run, network, image: template.postgresImage }),
    filestore: template.filestore,
  };
}
