import { z } from 'zod';
import { corrupt } from './backup-errors.ts';

/** manifest.json as Odoo writes it (odoo/service/db.py, dump_db_manifest; the same from 8.0 to 19.0). */
const schema = z.looseObject({
  odoo_dump: z.string(),
  db_name: z.string(),
  version: z.string(),
  version_info: z.array(z.union([z.number(), z.string()])).min(2),
  major_version: z.string().regex(/^(saas[~-])?\d+\.\d+$/, 'expected a series such as 19.0'),
  pg_version: z.string(),
  modules: z.record(z.string(), z.string().nullable()),
});

export type OdooManifest = z.infer<typeof schema>;

/** Parses manifest.json; `path` is the backup's, for the message. Throws `UsageError` naming each wrong key. */
export function parseOdooManifest(text: string, path: string): OdooManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, 'its manifest.json is not JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`);
  throw corrupt(path, `its manifest.json is not Odoo's (${issues.join('; ')})`);
}
