import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { InfrastructureError } from '../errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { type Engine, isGone } from './engine.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import type { RunContext } from './run-context.ts';
import { KEEP_LABEL } from './run-identity.ts';

/** Raise it when the way templates are made changes. */
const LAYOUT = 2;
const KEPT_TEMPLATES = 12;
const KEPT_DAYS = 30;
const REPOSITORY = 'odoo-gate/template';
/** Written last: a folder without it is no template. */
const RECORD = 'template.json';

/**
 * A database, initialised or restored once. The Postgres data is a committed image, so that each run starts
 * from it copy-on-write in no time and side by side; the filestore is a folder of the cache.
 */
export interface Template {
  key: string;
  postgresImage: string;
  filestore: string;
}

export interface TemplateRecipe {
  /** All that the content depends on: digests, module lists. One changed byte is another template. */
  ingredients: Record<string, unknown>;
  /** For progress: `restore backup.zip`. */
  title: string;
  /** Fills the server and the folder. */
  make(postgres: RunningPostgres, filestore: string): Promise<void>;
}

type TemplateContext = RunContext & {
  /** The image id of the Postgres to make it with. */
  postgresImage: string;
};

/** Gives the template of a recipe, made now if it is not there. Two runs that want the same one make it once. */
export async function useTemplate(context: TemplateContext, recipe: TemplateRecipe): Promise<Template> {
  const { engine, postgresImage, progress, signal } = context;
  const key = templateKey({ ...recipe.ingredients, postgres: postgresImage, layout: LAYOUT });
  const folder = cacheFolder('templates', key);
  const found = await findTemplate(engine, key, folder);
  if (found !== undefined) return found;

  const held = await progress.step('wait for another run that makes the same template', () => hold(folder, signal));
  try {
    return (await findTemplate(engine, key, folder)) ?? (await makeTemplate(context, recipe, key, folder, held));
  } finally {
    await held.release();
  }
}

/** The right to make, or remove, one template. */
interface Held {
  /** Throws if another run took it away meanwhile, as it may from one that was suspended. */
  assertHeld(): void;
  release(): Promise<void>;
}

async function hold(folder: string, signal: AbortSignal): Promise<Held> {
  for (;;) {
    signal.throwIfAborted();
    const held = await tryToHold(folder);
    if (held !== undefined) return held;
    await delay(250);
  }
}

/** undefined while another run holds it. */
async function tryToHold(folder: string): Promise<Held | undefined> {
  let lost: Error | undefined;
  try {
    const unlock = await lock(folder, {
      stale: 60_000,
      update: 10_000,
      onCompromised: (error) => {
        lost = error;
      },
    });
    return {
      assertHeld: () => {
        if (lost === undefined) return;
        throw new InfrastructureError('template-lock-lost', 'Another run took over the making of this template.', {
          next: 'Run it again: it takes the template that the other run made.',
          cause: lost,
        });
      },
      release: async () => {
        if (lost === undefined) await unlock();
      },
    };
  } catch (error) {
    if ((error as { code?: string }).code === 'ELOCKED') return undefined;
    throw error;
  }
}

/** `sha256` over the ingredients, keys sorted. */
export function templateKey(ingredients: Record<string, unknown>): string {
  const sorted = Object.fromEntries(Object.entries(ingredients).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}

async function findTemplate({ docker }: Engine, key: string, folder: string): Promise<Template | undefined> {
  const record = join(folder, RECORD);
  if (!existsSync(record)) return undefined;
  const { postgresImage } = JSON.parse(await readFile(record, 'utf8')) as Pick<Template, 'postgresImage'>;
  try {
    await docker.getImage(postgresImage).inspect();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  const now = new Date();
  await utimes(record, now, now);
  return { key, postgresImage, filestore: join(folder, 'filestore') };
}

async function makeTemplate(
  { engine, run, network, postgresImage, progress, signal }: TemplateContext,
  recipe: TemplateRecipe,
  key: string,
  folder: string,
  held: Held,
): Promise<Template> {
  // The image inherits the container's labels, and what is started from it must not count as kept.
  const { [KEEP_LABEL]: _keep, ...labels } = run.labels;
  const filestore = join(folder, 'filestore');
  await rm(join(folder, RECORD), { force: true });
  await rm(filestore, { recursive: true, force: true });
  cacheFolder('templates', key, 'filestore');

  const postgres = await startPostgres(engine, { run: { ...run, labels }, network, image: postgresImage });
  try {
    await progress.step(recipe.title, () => recipe.make(postgres, filestore));
    return await progress.step('keep it as a template', async () => {
      const image = await commit(postgres, key);
      signal.throwIfAborted();
      held.assertHeld();
      // By id: whoever moves the tag does not change what the next run starts from.
      await writeFile(join(folder, `${RECORD}.new`), JSON.stringify({ postgresImage: image }));
      await rename(join(folder, `${RECORD}.new`), join(folder, RECORD));
      await evictTemplates(engine, key);
      return { key, filestore, postgresImage: image };
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await postgres.container.remove({ force: true, v: true }).catch(() => {});
  }
}

/** Shuts the server down cleanly, so that what starts from the image has nothing to recover, and keeps it as an image. */
async function commit({ container }: RunningPostgres, key: string): Promise<string> {
  await container.stop({ t: 120 });
  const { ExitCode: exitCode } = (await container.inspect()).State;
  if (exitCode !== 0) {
    throw new InfrastructureError('template-unclean', `Postgres ended with ${exitCode} when it was shut down.`, {
      next: 'Check the memory and the disk of the container engine, then run it again.',
    });
  }
  const { Id: id } = (await container.commit({ repo: REPOSITORY, tag: key })) as { Id: string };
  return id;
}

/** Removes the templates that were not used for a month and all but the last few; `keep` stays. */
async function evictTemplates(engine: Engine, keep: string): Promise<void> {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  const others = (await listTemplates()).filter(({ key }) => key !== keep);
  const surplus = others.filter(({ lastUsed }, index) => index >= KEPT_TEMPLATES - 1 || lastUsed < oldest);
  for (const { key } of surplus) await removeTemplate(engine, key);
}

/** Removes every template that no run uses or makes. Returns how many. */
export async function removeAllTemplates(engine: Engine): Promise<number> {
  let removed = 0;
  for (const { key } of await listTemplates()) if (await removeTemplate(engine, key)) removed += 1;
  return removed;
}

async function listTemplates(): Promise<{ key: string; lastUsed: number }[]> {
  const root = cacheFolder('templates');
  // Locks stand beside them, as `<key>.lock`.
  const keys = (await readdir(root)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const templates = await Promise.all(
    keys.map(async (key) => {
      // A run that was killed leaves one without record: the first to go.
      const used = await stat(join(root, key, RECORD)).catch(() => undefined);
      return { key, lastUsed: used?.mtimeMs ?? 0 };
    }),
  );
  return templates.sort((a, b) => b.lastUsed - a.lastUsed);
}

/** False when it stays: a container runs from it, or another run makes it. It goes another time. */
async function removeTemplate({ docker }: Engine, key: string): Promise<boolean> {
  const folder = cacheFolder('templates', key);
  const held = await tryToHold(folder);
  if (held === undefined) return false;
  try {
    await docker.getImage(`${REPOSITORY}:${key}`).remove();
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404) {
      await held.release();
      if (statusCode === 409) return false;
      throw error;
    }
  }
  // The record first: what is half removed must not be found.
  await rm(join(folder, RECORD), { force: true });
  await rm(folder, { recursive: true, force: true });
  await held.release();
  return true;
}
