import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { UsageError } from '../errors.ts';
import type { OdooImage } from './image.ts';
import { type ModuleFolder, runOdoo } from './odoo.ts';
import { describeRecord, type OdooLog } from './odoo-log.ts';
import { STACK_DATABASE } from './postgres.ts';
import type { RunContext } from './run-context.ts';
import { type Template, useTemplate } from './template.ts';

interface FreshDatabase {
  image: OdooImage;
  postgresImage: string;
  modules: readonly string[];
  demo: boolean;
  addons?: readonly string[];
  /** The code of those modules that the image lacks; each is an ingredient by its own content. */
  code?: readonly ModuleFolder[];
  /** Has the bundles of the web client and of its tests made, which Odoo otherwise does before the first test in a browser. */
  bundles?: boolean;
}

/** All that a new database depends on: with the same ingredients the same template serves. */
export async function freshIngredients({
  image,
  modules,
  demo,
  addons = [],
  code = [],
  bundles = false,
}: Omit<FreshDatabase, 'image' | 'postgresImage'> & { image: { id: string } }): Promise<Record<string, unknown>> {
  return {
    kind: 'fresh',
    odoo: image.id,
    modules: sortedOnce(modules),
    demo,
    addons: await Promise.all(addons.map(folderDigest)),
    ...(code.length === 0 ? {} : { code: await codeDigests(code) }),
    ...(bundles ? { bundles } : {}),
  };
}

const sortedOnce = (modules: readonly string[]) => [...new Set(modules)].sort();

// Since Odoo 17. Before, each is made when a page asks for it.
const MAKE_BUNDLES = `
make = getattr(env["ir.qweb"], "_pregenerate_assets_bundles", None)
if make:
    make()
    env.cr.commit()
`;

/** A new database with these modules, initialised once per image, modules, demo data and addons' content. */
export async function freshTemplate(context: RunContext, fresh: FreshDatabase): Promise<Template> {
  const { image, postgresImage, modules, demo, addons = [], code = [], bundles = false } = fresh;
  const { engine, run, network, signal } = context;
  const sorted = sortedOnce(modules);
  const ingredients = await freshIngredients(fresh);
  return useTemplate(
    { ...context, postgresImage },
    {
      ingredients,
      title: `initialise a database with ${sorted.join(', ')}${demo ? ' and demo data' : ''}`,
      make: async (postgres, filestore) => {
        const dataVolume = `odoo-gate-${run.id}-${randomUUID()}`;
        await engine.docker.createVolume({ Name: dataVolume, Labels: run.labels });
        const database = postgres.address(STACK_DATABASE);
        const stack = { run, network, image, addons, modules: code, database, dataVolume, signal };
        const { exitCode, log } = await runOdoo(engine, {
          ...stack,
          args: ['--init', sorted.join(','), demoFlag(image.series, demo), '--stop-after-init'],
          takeFilestoreTo: filestore,
        });
        // Odoo ends with 0 also when it ignored a module that it does not know, or left one out.
        const missing = exitCode === 0 ? await notInstalled(database, sorted) : sorted;
        if (missing.length > 0) {
          throw new UsageError('init-failed', `Odoo did not install ${missing.join(', ')}:\n${reasonIn(log)}`, {
            next: 'Check the module names and --addons; a missing Python package is named in the lines above.',
          });
        }
        if (bundles) {
          // They only save time: what is not made now is made when it is needed.
          await runOdoo(engine, { ...stack, command: 'shell', input: MAKE_BUNDLES, takeFilestoreTo: filestore });
        }
      },
    },
  );
}

/** Name and digest of each, by name. */
async function codeDigests(code: readonly ModuleFolder[]): Promise<[name: string, digest: string][]> {
  const digests = await Promise.all(code.map(async ({ name, path }) => [name, await folderDigest(path)] as const));
  return digests.map(([name, digest]): [string, string] => [name, digest]).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function notInstalled(address: DatabaseAddress, modules: readonly string[]): Promise<string[]> {
  const installed = await withReadOnlySession(address, (session) =>
    session.query<{ name: string }>("SELECT name FROM ir_module_module WHERE state = 'installed'"),
  );
  const names = new Set(installed.map(({ name }) => name));
  return modules.filter((module) => !names.has(module));
}

function reasonIn(log: OdooLog): string {
  const told = log.problems.find(({ message }) => /invalid module names|modules are not loaded/.test(message));
  return told === undefined ? log.lastLines(15) : describeRecord(told);
}

/** The flag's meaning changed in 19: before, demo data came unless refused; since, only when asked for. */
export function demoFlag(series: string, demo: boolean): string {
  if (Number.parseFloat(series) >= 19) return demo ? '--with-demo' : '--without-demo';
  return demo ? '--without-demo=' : '--without-demo=all';
}

/** `sha256` over every file's path and bytes and every link's target; what Python compiled and git's own are left out. */
export async function folderDigest(folder: string): Promise<string> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new UsageError('addons-missing', `There is no addons folder "${folder}".`, {
      next: 'Check --addons.',
      cause,
    });
  });
  const hash = createHash('sha256');
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => ({ path: relative(root, join(entry.parentPath, entry.name)), isLink: entry.isSymbolicLink() }))
    .filter(({ path }) => !/(^|\/)(\.git|__pycache__)\//.test(path));
  for (const { path, isLink } of files.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const content = isLink ? `-> ${await readlink(join(root, path))}` : await fileDigest(join(root, path));
    hash.update(JSON.stringify([path, content]));
  }
  return hash.digest('hex');
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
