import { joinModules, readAddonsFolders } from '../stack/addons-folders.ts';
import { probeOdoo, resolveImage } from '../stack/image.ts';
import { type ModuleCode, readImageModules } from '../stack/module-code.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';

/** Odoo's own modules by name, from folders, an image or both; undefined where neither is given. */
export async function modulesOfOdoo(
  { folders, image }: { folders?: readonly string[] | undefined; image?: string | undefined },
  options: Pick<RunContext, 'progress' | 'signal'>,
): Promise<ModuleCode | undefined> {
  const inFolders = folders === undefined ? undefined : await readAddonsFolders(folders);
  if (image === undefined) return inFolders;
  const inImage = await withRun(options, async ({ engine, run, progress, signal }) =>
    readImageModules(engine, await probeOdoo(engine, await resolveImage(engine, image, progress, signal), run), run),
  );
  return inFolders === undefined ? inImage : joinModules(inImage, inFolders);
}
