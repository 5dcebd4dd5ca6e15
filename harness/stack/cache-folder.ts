import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$ODOO_GATE_CACHE_FOLDER`, else `$XDG_CACHE_HOME/odoo-gate`, else `~/.cache/odoo-gate`; made with mode 700: copies of databases live there. */
export function cacheFolder(...inside: string[]): string {
  const root =
    process.env.ODOO_GATE_CACHE_FOLDER ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'odoo-gate');
  const folder = join(root, ...inside);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Removes what is read out of images and compiled: it is made anew when it is needed. */
export async function forgetAnswers(): Promise<void> {
  for (const name of ['images', 'playwright', 'compiled'])
    await rm(cacheFolder(name), { recursive: true, force: true });
}
