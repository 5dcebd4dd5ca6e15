import { InfrastructureError } from '../errors.ts';
import { joinModules, readAddonsFolders } from '../stack/addons-folders.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../stack/image.ts';
import { type ModuleCode, readImageModules } from '../stack/module-code.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';

/** Where the code of a database's modules is: an image with what it lacks, or folders that hold all of it. */
export type CodeSource = { image: string; addons: readonly string[] } | { addonsPath: readonly string[] };

type Known = ModuleCode | { unknown: string };

/** The modules that Odoo finds in a stack of this image and these folders, or why that can't be told. */
export async function modulesInStack(
  { engine, run }: Pick<RunContext, 'engine' | 'run'>,
  image: OdooImage,
  addons: readonly string[],
): Promise<Known> {
  return unlessTheEngineFails(async () =>
    joinModules(await readImageModules(engine, image, run), await readAddonsFolders(addons)),
  );
}

/** The same for a database that runs elsewhere. Throws `UsageError` for a source that can't be meant. */
export async function modulesFrom(
  source: CodeSource | undefined,
  options: Pick<RunContext, 'progress' | 'signal'>,
): Promise<Known> {
  if (source === undefined) {
    return {
      unknown: 'what neutralizes this database is not known: give --image, or --addons-path where there is no image',
    };
  }
  if ('addonsPath' in source) return readAddonsFolders(source.addonsPath);
  return unlessTheEngineFails(() =>
    withRun(options, async (context) => {
      const { engine, run, progress, signal } = context;
      const image = await probeOdoo(engine, await resolveImage(engine, source.image, progress, signal), run);
      return joinModules(await readImageModules(engine, image, run), await readAddonsFolders(source.addons));
    }),
  );
}

/** One check can't tell then; the others can. */
async function unlessTheEngineFails(read: () => Promise<ModuleCode>): Promise<Known> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InfrastructureError) return { unknown: error.message };
    throw error;
  }
}
