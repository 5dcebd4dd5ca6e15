import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of sources and of reports beside it, gone with the test. */
export interface Checkout {
  root: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(path: string): Promise<void>;
  /** An LCOV report: for each file, how often its lines ran; undefined is no statement. */
  lcov(name: string, files: Readonly<Record<string, readonly (number | undefined)[]>>): Promise<string>;
}

export async function makeCheckout(files: Readonly<Record<string, string>> = {}): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'checkout');
  await mkdir(root);
  const write: Checkout['write'] = async (all) => {
    for (const [path, content] of Object.entries(all)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  };
  await write(files);
  return {
    root,
    write,
    remove: (path) => rm(join(root, path), { recursive: true }),
    lcov: async (name, measured) => {
      const path = join(folder, name);
      const records = Object.entries(measured).map(([file, hits]) => {
        const lines = hits.flatMap((count, index) => (count === undefined ? [] : [`DA:${index + 1},${count}`]));
        return [`SF:${file}`, ...lines, 'end_of_record', ''].join('\n');
      });
      await writeFile(path, records.join(''));
      return path;
    },
  };
}

/** An addon with a model of so many statements, one a line. */
export const addon = (folder: string, statements = 4) => ({
  [`${folder}/__manifest__.py`]: "{'name': 'an addon'}\n",
  [`${folder}/models.py`]: python(statements),
});

export const python = (statements: number) =>
  Array.from({ length: statements }, (_, index) => `x${index + 1} = ${index + 1}\n`).join('');

export const times = (count: number, hits: number) => Array.from({ length: count }, () => hits);
