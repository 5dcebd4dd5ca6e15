import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Addon, findAddonsIn } from '../../../harness/addon-checks/find-addons.ts';

/** A folder of the test's own with these files, gone when the test ends. */
export function writeFiles(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-addons-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** What every manifest needs in Odoo 19; `more` comes behind it, each in a line of its own. */
export function manifest(...more: readonly string[]): string {
  return ['{', '"name": "A", "author": "Acme", "license": "LGPL-3",', ...more.map((line) => `${line},`), '}', ''].join(
    '\n',
  );
}

/** One addon called `acme`, as it is read from the disk. */
export function addonOf(manifestText: string | Buffer, files: Readonly<Record<string, string | Buffer>> = {}): Addon {
  const inAddon = Object.fromEntries(Object.entries(files).map(([path, content]) => [`acme/${path}`, content]));
  const [addon] = findAddonsIn([writeFiles({ 'acme/__manifest__.py': manifestText, ...inAddon })]);
  if (addon === undefined) throw new Error('no addon was found');
  return addon;
}

/** Several addons: what each one depends on, and more of its manifest. */
export function addonsOf(addons: Readonly<Record<string, readonly string[] | string>>): Addon[] {
  const files = Object.entries(addons).map(([name, depends]) => [
    `${name}/__manifest__.py`,
    typeof depends === 'string' ? depends : manifest(`"depends": ${JSON.stringify(depends)}`),
  ]);
  return findAddonsIn([writeFiles(Object.fromEntries(files))]);
}

/** Findings by file and line, without the folder that the test made. */
export function told(findings: readonly { message: string; location?: string }[]): string[] {
  return findings.map(
    ({ message, location = '' }) => `${location.replace(/^.*?odoo-gate-addons-[^/]*\//, '')} ${message}`,
  );
}
