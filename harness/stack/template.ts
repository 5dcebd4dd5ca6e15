import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import type { Progress } from '../progress.ts';
import { cacheFolder } from './cache-folder.ts';
import { type Engine, isGone } from './engine.ts';
import type { CutOffNetwork } from './network.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { KEEP_LABEL, type Run } from './run-identity.ts';

/** Raise it when the way templates are made changes. */
const LAYOUT = 2;
const KEPT_TEMPLATES = 6;
const KEPT_DAYS = 30;
const REPOSITORY = 'odoo-gate/template';

/**
 * A database, initialised or restored once. The Postgres data is a committed image, so that each run starts
 * from it copy-on-write in no time and side by side; the filestore is a folder of the cache.
 */
export interface Template {
  key: string;
  postgresImage: string;
  filestore: string;
  /** What the maker wanted remembered, JSON. */
  facts: unknown;
}

export interface TemplateRecipe {
  /** All that the content depends on: digests, module lists. One changed byte is another template. */
  ingredients: Record<string, unknown>;
  /** For progress: `restore backup.zip`. */
  title: string;
  /** Fills the server and the folder; what it returns is remembered as `facts`. */
  make(postgres: RunningPostgres, filestore: string): Promise<unknown>;
}

interface TemplateContext {
  run: Run;
  network: CutOffNetwork;
  /** The image id of the Postgres to make it with. */
  postgresImage: string;
  progress: Progress;
}

/** Gives the template of a recipe, made now if it is not there. Two runs that want the same one make it once. */
export async function useTemplate(engine: Engine, context: TemplateContext, recipe: TemplateRecipe): Promise<Template> {
  const key = templateKey({ ...recipe.ingredients, postgres: context.postgresImage, layout: LAYOUT });
  const folder = cacheFolder('templates', key);
  const found = await findTemplate(engine, key, folder);
  if (found !== undefined) return found;

  const release = await context.progress.step(`wait for another run that makes the same template`, () =>
    lock(folder, { stale: 60_000, update: 10_000, retries: { forever: true, minTimeout: 250, maxTimeout: 1_000 } }),
  );
  try {
    return (await findTemplate(engine, key, folder)) ?? (await makeTemplate(engine, context, recipe, key, folder));
  } finally {
    await release();
  }
}

/** `sha256` over the ingredients, keys sorted. */
export function templateKey(ingredients: Record<string, unknown>): string {
  const sorted = Object.fromEntries(Object.entries(ingredients).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 32);
}

async function findTemplate({ docker }: Engine, key: string, folder: string): Promise<Template | undefined> {
  const record = join(folder, 'template.json');
  if (!existsSync(record)) return undefined;
  const { postgresImage, facts } = JSON.parse(await readFile(record, 'utf8')) as Omit<Template, 'key' | 'filestore'>;
  try {
    await docker.getImage(postgresImage).inspect();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  const now = new Date();
  await utimes(record, now, now);
  return { key, postgresImage, filestore: join(folder, 'filestore'), facts };
}

async function makeTemplate(
  engine: Engine,
  { run, network, postgresImage, progress }: TemplateContext,
  recipe: TemplateRecipe,
  key: string,
  folder: string,
): Promise<Template> {
  // The image inherits the container's labels, and what is started from it must not count as kept.
  const { [KEEP_LABEL]: _keep, ...labels } = run.labels;
  const filestore = join(folder, 'filestore');
  await rm(filestore, { recursive: true, force: true });
  cacheFolder('templates', key, 'filestore');

  const postgres = await startPostgres(engine, { run: { ...run, labels }, network, image: postgresImage });
  try {
    const facts = await progress.step(recipe.title, () => recipe.make(postgres, filestore));
    return await progress.step('keep it as a template', async () => {
      // A clean shutdown: what starts from the image has nothing to recover.
      await postgres.container.stop({ t: 120 });
      await postgres.container.commit({ repo: REPOSITORY, tag: key });
      const template = { postgresImage: `${REPOSITORY}:${key}`, facts };
      await writeFile(join(folder, 'template.json.new'), JSON.stringify(template));
      await rename(join(folder, 'template.json.new'), join(folder, 'template.json'));
      await evictTemplates(engine, key);
      return { key, filestore, ...template };
    });
  } finally {
    await postgres.container.remove({ force: true, v: true }).catch(() => {});
  }
}

/** Removes the templates that were not used for a month and all but the last few; `keep` stays. */
async function evictTemplates(engine: Engine, keep: string): Promise<void> {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  const others = (await listTemplates()).filter(({ key }) => key !== keep);
  const surplus = others.filter(({ lastUsed }, index) => index >= KEPT_TEMPLATES - 1 || lastUsed < oldest);
  for (const { key } of surplus) await removeTemplate(engine, key);
}

/** Removes every template. Returns how many there were. */
export async function removeAllTemplates(engine: Engine): Promise<number> {
  const templates = await listTemplates();
  for (const { key } of templates) await removeTemplate(engine, key);
  return templates.length;
}

async function listTemplates(): Promise<{ key: string; lastUsed: number }[]> {
  const root = cacheFolder('templates');
  const templates = await Promise.all(
    (await readdir(root)).map(async (key) => {
      const used = await stat(join(root, key, 'template.json')).catch(() => stat(join(root, key)));
      return { key, lastUsed: used.mtimeMs };
    }),
  );
  return templates.sort((a, b) => b.lastUsed - a.lastUsed);
}

async function removeTemplate({ docker }: Engine, key: string): Promise<void> {
  try {
    await docker.getImage(`${REPOSITORY}:${key}`).remove();
  } catch (error) {
    // 409: a container runs from it; it goes another time.
    if ((error as { statusCode?: number }).statusCode === 409) return;
    if (!isGone(error)) throw error;
  }
  await rm(cacheFolder('templates', key), { recursive: true, force: true });
}
