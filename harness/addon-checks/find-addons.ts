import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { NotALiteral } from './not-a-literal.ts';
import { readBytes, unreadable } from './read-bytes.ts';

/** One addon: a folder with a manifest. */
export interface Addon {
  name: string;
  folder: string;
  /** The folder as findings show it: seen from the working folder. */
  shown: string;
  /** Every file, relative to the folder, with `/`. */
  files: ReadonlySet<string>;
  manifestFile: string;
  /** Undefined where it can't be read, for the reason given. */
  manifest: Manifest | undefined;
  unreadable: { line: number; reason: string } | undefined;
}

const MANIFESTS = ['__manifest__.py', '__openerp__.py'];
const PASSED_OVER = new Set(['node_modules', '__pycache__']);

/** Every addon below a folder, at whatever depth. Throws `UsageError('addons-folder')`, and `addons-none` where there is none. */
export function findAddonsBelow(repository: string): Addon[] {
  return addonsOf(foldersBelow(repository), [repository]);
}

/** The addons that lie in folders, as in Odoo's `addons_path`. Throws as `findAddonsBelow`. */
export function findAddonsIn(folders: readonly string[]): Addon[] {
  return addonsOf(
    folders.flatMap((folder) =>
      entriesOf(folder)
        .map(({ name }) => join(folder, name))
        .filter(holdsManifest),
    ),
    folders,
  );
}

function addonsOf(found: readonly string[], searched: readonly string[]): Addon[] {
  // The links that OCA's repositories keep below setup/ name addons that are there already.
  const byPlace = new Map<string, string>();
  for (const folder of found) {
    const place = realpathSync(folder);
    if (!byPlace.has(place) || folder === place) byPlace.set(place, folder);
  }
  if (byPlace.size === 0) {
    throw new UsageError('addons-none', `There is no addon in ${searched.join(', ')}.`, {
      next: 'Name the folder of a repository, or with --addons the folders in which addons lie.',
    });
  }
  return [...byPlace.values()].map(readAddon).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function foldersBelow(folder: string): string[] {
  if (holdsManifest(folder)) return [folder];
  return entriesOf(folder).flatMap((entry) => {
    if (entry.name.startsWith('.') || PASSED_OVER.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) return holdsManifest(path) ? [path] : [];
    if (!entry.isDirectory() || isFile(join(path, 'pyvenv.cfg'))) return [];
    return foldersBelow(path);
  });
}

function readAddon(folder: string): Addon {
  const shown = relative(process.cwd(), folder) || '.';
  const files = new Set<string>();
  collectFiles(folder, '', files);
  const manifestFile = MANIFESTS.find((name) => files.has(name)) ?? '__manifest__.py';
  const addon = {
    name: basename(resolve(folder)),
    folder,
    shown: shown.startsWith(`..${sep}`) ? folder : shown,
    files,
    manifestFile,
  };
  try {
    return {
      ...addon,
      manifest: parseManifest(readText(join(folder, manifestFile)), addon.name),
      unreadable: undefined,
    };
  } catch (error) {
    if (error instanceof NotALiteral)
      return { ...addon, manifest: undefined, unreadable: { line: error.line, reason: error.message } };
    throw error;
  }
}

/** Odoo reads a manifest as UTF-8, and fails on a byte order mark. */
function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotALiteral(1, 'it is not UTF-8');
  }
}

function collectFiles(folder: string, below: string, files: Set<string>): void {
  for (const entry of entriesOf(join(folder, below))) {
    if (PASSED_OVER.has(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) collectFiles(folder, path, files);
    else if (entry.isFile() || isFile(join(folder, path))) files.add(path);
  }
}

function holdsManifest(folder: string): boolean {
  return MANIFESTS.some((name) => isFile(join(folder, name)));
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (cause) {
    // A link that leads to itself.
    if ((cause as NodeJS.ErrnoException).code === 'ELOOP') return false;
    throw unreadable(path, cause);
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}
