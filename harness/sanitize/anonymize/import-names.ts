import type { Writer } from '../writer.ts';

/** Whoever imports records may name them after people: `__import__.anna_schmidt`. They stay different. */
export async function anonymizeImportNames(writer: Writer): Promise<void> {
  await writer.set(
    'ir_model_data',
    { name: "'imported_' || pg_temp.code(t.module || '.' || t.name || '.' || md5(t.name))" },
    {
      where: "t.module IN ('__import__', '__export__') AND t.name !~ '^imported_[0-9a-f]{12}$'",
      kinds: { name: 'external id' },
    },
  );
}
