import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../errors.ts';
import type { OdooImage } from './image.ts';
import { runOdoo } from './odoo.ts';
import { STACK_DATABASE } from './postgres.ts';
import type { RunContext } from './run-context.ts';
import { type Template, useTemplate } from './template.ts';

interface FreshDatabase {
  image: OdooImage;
  postgresImage: string;
  modules: readonly string[];
  demo: boolean;
  addons?: readonly string[];
}

/** A new database with these modules, initialised once per image, modules, demo data and addons' content. */
export async function freshTemplate(
  { engine, run, network, progress, signal }: RunContext,
  { image, postgresImage, modules, demo, addons = [] }: FreshDatabase,
): Promise<Template> {
  const sorted = [...new Set(modules)].sort();
  const ingredients = {
    kind: 'fresh',
    odoo: image.id,
    modules: sorted,
    demo,
    addons: await Promise.all(addons.map(folderDigest)),
  };
  return useTemplate(
    engine,
    { run, network, postgresImage, progress },
    {
      ingredients,
      title: `initialise a database with ${sorted.join(', ')}${demo ? ' and demo data' : ''}`,
      make: async (postgres, filestore) => {
        const { exitCode, log } = await runOdoo(engine, {
          run,
          network,
          image,
          addons,
          database: postgres.address(STACK_DATABASE),
          args: ['--init', sorted.join(','), demoFlag(image.series, demo), '--stop-after-init'],
          takeFilestoreTo: filestore,
          signal,
        });
        // Odoo ends with 0 also when it ignored a module it does not know.
        const ignored = log.problems.find(({ message }) => /invalid module names|modules are not loaded/.test(message));
        if (exitCode !== 0 || ignored !== undefined) {
          throw new UsageError(
            'init-failed',
            `Odoo could not initialise ${sorted.join(', ')}:\n${ignored?.message ?? log.lastLines(15)}`,
            {
              next: 'Check the module names and --addons; a missing Python package is named in the lines above.',
            },
          );
        }
        return { modules: sorted, demo };
      },
    },
  );
}

/** The flag's meaning changed in 19: before, demo data came unless refused; since, only when asked for. */
function demoFlag(series: string, demo: boolean): string {
  if (Number.parseFloat(series) >= 19) return demo ? '--with-demo' : '--without-demo';
  return demo ? '--without-demo=' : '--without-demo=all';
}

/** `sha256` over every file's path and bytes, as Python would import them: compiled files and git's own are left out. */
async function folderDigest(folder: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new UsageError('addons-missing', `There is no addons folder "${folder}".`, {
      next: 'Check --addons.',
      cause,
    });
  });
  const hash = createHash('sha256');
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  for (const path of paths.sort()) {
    if (/(^|\/)(\.git|__pycache__)\//.test(path)) continue;
    hash.update(`\0${path}\0`);
    await pipeline(createReadStream(join(root, path)), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  }
  return hash.digest('hex');
}
