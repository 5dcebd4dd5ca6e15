import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InfrastructureError, messageOf, UsageError } from '../errors.ts';
import { askImage, runInImage } from '../stack/ask-image.ts';
import type { OdooImage } from '../stack/image.ts';
import { RUN_PYTHON } from '../stack/image-python.ts';
import type { RunContext } from '../stack/run-context.ts';
import type { Addon, Module } from './addon.ts';

const manifest = z.object({ depends: z.array(z.string()), installable: z.boolean() });
const imageAnswer = z.record(z.string(), manifest);
const addonAnswer = z.record(z.string(), z.union([manifest, z.object({ error: z.string() })]));

// As Odoo reads manifests itself: literals of Python, nothing is executed.
const READ = `
import ast
def read(text):
    found = ast.literal_eval(text)
    return {"depends": list(found.get("depends") or []), "installable": bool(found.get("installable", True))}
`;

// Only the last line of stdout is ours.
const READ_IMAGE = `${READ}
import json, os
from odoo.tools import config
config.parse_config(["-c", os.environ.get("ODOO_RC", "/etc/odoo/odoo.conf")])
from odoo.modules.module import initialize_sys_path
initialize_sys_path()
import odoo.addons
modules = {}
for folder in odoo.addons.__path__:
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name, "__manifest__.py")
        if name in modules or not os.path.isfile(path):
            continue
        try:
            with open(path, encoding="utf-8") as file:
                modules[name] = read(file.read())
        except Exception:
            modules[name] = {"depends": [], "installable": False}
print("\\n" + json.dumps(modules))
`;

const READ_ADDONS = `${READ}
import json
modules = {}
with open("/odoo-gate-manifests.json", encoding="utf-8") as file:
    for name, text in json.load(file).items():
        try:
            modules[name] = read(text)
        except Exception as error:
            modules[name] = {"error": "%s: %s" % (type(error).__name__, str(error).split(" at 0x")[0])}
print("\\n" + json.dumps(modules))
`;

const lastLine = (printed: string): unknown => JSON.parse(printed.trim().split('\n').at(-1) ?? '');

/** The modules that an image holds. Throws `InfrastructureError('image-modules')`. */
export async function readModulesOfImage(
  { engine, run }: Pick<RunContext, 'engine' | 'run'>,
  image: OdooImage,
): Promise<ReadonlyMap<string, Module>> {
  try {
    const found = await askImage(engine, image, run, [RUN_PYTHON, READ_IMAGE], (printed) =>
      imageAnswer.parse(lastLine(printed)),
    );
    if (found === undefined) throw new Error('its Python ended with an error');
    return new Map(Object.entries(found));
  } catch (cause) {
    throw unreadable(image, cause);
  }
}

/** An addon that was found, its manifest not read yet. */
export interface FoundAddon {
  name: string;
  path: string;
  manifest: string;
}

/** The addons of folders on this machine, of which earlier ones win. Throws `UsageError` for a folder that is missing or holds none. */
export async function findAddons(folders: readonly string[]): Promise<FoundAddon[]> {
  const found = new Map<string, FoundAddon>();
  for (const folder of folders) {
    const here = await addonsIn(folder);
    if (here.length === 0) {
      throw new UsageError('addons-none', `There is no addon in "${folder}": no folder with a __manifest__.py.`, {
        next: 'Give --addons the folders that hold the addons themselves.',
      });
    }
    for (const addon of here) if (!found.has(addon.name)) found.set(addon.name, addon);
  }
  return [...found.values()];
}

/** What their manifests say, as the image's Python reads them. Throws `InfrastructureError('image-modules')`. */
export async function readAddons(
  { engine, run }: Pick<RunContext, 'engine' | 'run'>,
  image: OdooImage,
  found: readonly FoundAddon[],
): Promise<Addon[]> {
  const texts = Object.fromEntries(found.map(({ name, manifest }) => [name, manifest]));
  const printed = await runInImage(engine, image.id, run, [RUN_PYTHON, READ_ADDONS], {
    files: { 'odoo-gate-manifests.json': JSON.stringify(texts) },
  }).catch((cause: unknown) => {
    throw unreadable(image, cause);
  });
  if (printed === undefined) throw unreadable(image, new Error('its Python ended with an error'));
  const manifests = addonAnswer.parse(lastLine(printed));
  return Promise.all(
    found.map(async ({ name, path }): Promise<Addon> => {
      const read = manifests[name] ?? { error: 'no answer' };
      const hasTests = await holdsTests(path);
      if (!('error' in read)) return { name, path, hasTests, ...read };
      return { name, path, hasTests, depends: [], installable: true, unreadable: read.error };
    }),
  );
}

async function addonsIn(folder: string): Promise<FoundAddon[]> {
  const addons: FoundAddon[] = [];
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (cause) {
    throw new UsageError('addons-missing', `There is no addons folder "${folder}".`, {
      next: 'Check --addons.',
      cause,
    });
  }
  for (const name of names) {
    try {
      const manifest = await readFile(join(folder, name, '__manifest__.py'), 'utf8');
      addons.push({ name, path: await realpath(join(folder, name)), manifest });
    } catch (cause) {
      if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) continue;
      throw new UsageError('addons-folder', `The manifest of "${name}" can't be read: ${messageOf(cause)}`, {
        next: 'See that this user may read the addons.',
        cause,
      });
    }
  }
  return addons;
}

/** Any code in `tests` but what others share; of which Odoo runs `test_*` alone (tests/loader.py). */
async function holdsTests(path: string): Promise<boolean> {
  const names = await readdir(join(path, 'tests')).catch(() => []);
  return names.some((name) => name.endsWith('.py') && !/^(?:__init__|common\w*)\.py$/.test(name));
}

function unreadable(image: OdooImage, cause: unknown): InfrastructureError {
  return new InfrastructureError(
    'image-modules',
    `The image "${image.reference}" does not say which modules it holds: ${messageOf(cause).split('\n')[0]}`,
    { next: 'Use an image whose `odoo` is the Python program of the official one.', cause },
  );
}
