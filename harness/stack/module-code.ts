import { z } from 'zod';
import { InfrastructureError, messageOf } from '../errors.ts';
import { askImage } from './ask-image.ts';
import type { Engine } from './engine.ts';
import type { OdooImage } from './image.ts';
import { RUN_PYTHON } from './image-python.ts';
import type { Run } from './run-identity.ts';

/** The code of modules, as far as neutralization is concerned. */
export interface ModuleCode {
  /** Of the Odoo that the code is for, as far as it says: `19.0`. */
  series?: string;
  /** Modules that are there. */
  names: ReadonlySet<string>;
  /** Module → its `data/neutralize.sql`, for those that have one. */
  neutralizations: ReadonlyMap<string, string>;
}

// Odoo itself says where it looks, and in which order. Only stdout is ours: it logs to stderr.
const LIST_MODULES = `
import json, os, sys
from odoo.tools import config
config.parse_config(["-c", os.environ.get("ODOO_RC", "/etc/odoo/odoo.conf")])
from odoo.modules.module import initialize_sys_path
initialize_sys_path()
import odoo.addons
names, neutralizations = set(), {}
for folder in odoo.addons.__path__:
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        if not os.path.isfile(os.path.join(folder, name, "__manifest__.py")):
            continue
        names.add(name)
        path = os.path.join(folder, name, "data", "neutralize.sql")
        if name not in neutralizations and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                neutralizations[name] = file.read()
print("\\n" + json.dumps({"names": sorted(names), "neutralizations": neutralizations}))
`;

const answer = z.object({ names: z.array(z.string()).min(1), neutralizations: z.record(z.string(), z.string()) });

/** Reads which modules an image holds and what their neutralization runs. Throws `InfrastructureError('image-modules')`. */
export async function readImageModules(engine: Engine, image: OdooImage, run: Run): Promise<ModuleCode> {
  try {
    const found = await askImage(engine, image, run, [RUN_PYTHON, LIST_MODULES], (printed) =>
      answer.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? '')),
    );
    if (found === undefined) throw new Error('its Python ended with an error');
    const { names, neutralizations } = found;
    return { series: image.series, names: new Set(names), neutralizations: new Map(Object.entries(neutralizations)) };
  } catch (cause) {
    throw new InfrastructureError(
      'image-modules',
      `The image "${image.reference}" does not say which modules it holds: ${messageOf(cause).split('\n')[0]}`,
      { next: 'Use an image whose `odoo` is the Python program of the official one.', cause },
    );
  }
}
