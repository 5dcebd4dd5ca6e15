import type { ReadOnlySession } from '../../database/read-only.ts';

interface Installed {
  name: string;
  /** Came as data through Odoo's own import (base_import_module, Studio): has no code anywhere. */
  imported: boolean;
  needs: string[];
}

/**
 * Installed modules, dependencies first, base before all. Odoo itself asks for them in no order
 * (odoo/modules/neutralize.py); here it has to be one that stays.
 */
export async function installedModules({ query, schema }: ReadOnlySession): Promise<Installed[]> {
  const imported = schema.has('ir_module_module', 'imported') ? 'coalesce(m.imported, false)' : 'false';
  const modules = await query<Installed>(
    `SELECT m.name, ${imported} AS imported,
            ARRAY(SELECT d.name::text FROM ir_module_module_dependency d WHERE d.module_id = m.id ORDER BY d.name) AS needs
       FROM ir_module_module m WHERE m.state IN ('installed', 'to upgrade', 'to remove')
      ORDER BY m.name <> 'base', m.name`,
  );
  const byName = new Map(modules.map((module) => [module.name, module]));
  const ordered = new Set<Installed>();
  const seen = new Set<string>();
  const add = (name: string) => {
    const module = byName.get(name);
    if (module === undefined || seen.has(name)) return;
    seen.add(name);
    for (const needed of module.needs) add(needed);
    ordered.add(module);
  };
  for (const { name } of modules) add(name);
  return [...ordered];
}
