import { type Dirent, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { normalizePath } from './model.ts';

/** A folder with a `__manifest__.py`. */
export interface Addon {
  name: string;
  /** Relative to the source root, with forward slashes; empty for the root itself. */
  folder: string;
}

/** What a path of a report means here: a file, none, or more than one, none of which is nearer. */
export type Resolved = { path: string } | { ambiguous: string[] } | undefined;

/** Whether a path is one of Python or JavaScript, which is what reports are about. */
export const isSource = (path: string) => /\.(?:py|[cm]?[jt]sx?)$/.test(path);

const SKIPPED_FOLDERS = new Set(['.git', 'node_modules', '__pycache__']);
const MANIFEST = '__manifest__.py';

/** The sources that reports are about. All paths are relative to the root, with forward slashes. */
export class SourceTree {
  readonly root: string;
  readonly files: ReadonlySet<string>;
  readonly addons: readonly Addon[];
  readonly #addonsByFolder: ReadonlyMap<string, Addon>;
  readonly #addonsByName: ReadonlyMap<string, readonly Addon[]>;

  private constructor(root: string, files: readonly string[]) {
    this.root = root;
    this.files = new Set(files);
    this.addons = files
      .filter((path) => path === MANIFEST || path.endsWith(`/${MANIFEST}`))
      .map((path) => path.slice(0, -MANIFEST.length - 1))
      .map((folder) => ({ name: basename(folder === '' ? resolve(root) : folder), folder }))
      .sort((a, b) => (a.folder < b.folder ? -1 : 1));
    this.#addonsByFolder = new Map(this.addons.map((addon) => [addon.folder, addon]));
    this.#addonsByName = Map.groupBy(this.addons, ({ name }) => name);
  }

  /** Throws UsageError `source-root-unreadable`. */
  static async read(root: string): Promise<SourceTree> {
    return new SourceTree(root, await listFiles(root));
  }

  /** The addon of the nearest folder above the file. */
  addonOf(path: string): Addon | undefined {
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      const addon = this.#addonsByFolder.get(folder);
      if (addon !== undefined || folder === '') return addon;
    }
  }

  /**
   * Finds the file that a report names by a path of another machine or container: inside the root as it stands, else by
   * the longest ending that the two share. That has to be a whole path from the root, of two parts at least, or one from
   * an addon's folder on: files of one name, such as `__init__.py`, are everywhere.
   */
  resolve(reported: string): Resolved {
    const path = this.#withoutRoot(normalizePath(reported));
    if (this.files.has(path)) return { path };
    const parts = path.split('/').filter((part) => part !== '');
    for (let start = 0; start < parts.length - 1; start += 1) {
      const rest = parts.slice(start + 1).join('/');
      const candidates = (this.#addonsByName.get(parts[start] ?? '') ?? [])
        .map(({ folder }) => (folder === '' ? rest : `${folder}/${rest}`))
        .filter((candidate) => this.files.has(candidate));
      const whole = parts.slice(start).join('/');
      if (this.files.has(whole)) candidates.push(whole);
      const [nearest, ...others] = nearestOf(path, [...new Set(candidates)]);
      if (nearest !== undefined) return others.length === 0 ? { path: nearest } : { ambiguous: [nearest, ...others] };
    }
    return undefined;
  }

  /** Whether a path of a report is a file inside the folder, without reading the folder as a whole. */
  static has(root: string, reported: string): boolean {
    const path = resolve(root, normalizePath(reported));
    return !relative(resolve(root), path).startsWith('..') && existsSync(path);
  }

  async readText(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  #withoutRoot(path: string): string {
    const inside = relative(resolve(this.root), resolve(this.root, path));
    return inside.startsWith('..') ? path : inside.split(sep).join('/');
  }
}

/** Those that share most parts with the end of the path. */
function nearestOf(path: string, candidates: readonly string[]): string[] {
  const shared = (candidate: string) => {
    const [a, b] = [path.split('/').reverse(), candidate.split('/').reverse()];
    const differs = a.findIndex((part, index) => part !== b[index]);
    return differs === -1 ? a.length : differs;
  };
  const most = Math.max(...candidates.map(shared));
  return candidates.filter((candidate) => shared(candidate) === most).sort();
}

async function listFiles(root: string): Promise<string[]> {
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(root, folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // A folder that can't be read, such as a database's, has no sources that a test could have run.
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) await walk(path).catch(() => {});
      else if (entry.isFile()) files.push(path);
    }
  };
  await walk('');
  return files;
}

async function entriesOf(root: string, folder: string): Promise<Dirent[]> {
  try {
    return await readdir(join(root, folder), { withFileTypes: true });
  } catch (cause) {
    throw new UsageError('source-root-unreadable', `${join(root, folder)} can not be read as a folder of sources`, {
      next: 'Give --source-root the folder that the repository is checked out in.',
      cause,
    });
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
