import type { Finding } from '../check.ts';
import type { Addon } from './find-addons.ts';
import type { Judgement } from './judgement.ts';
import { checkListedFiles } from './listed-files.ts';
import { isTrue, type Manifest, textOf, textsOf } from './manifest.ts';
import { wrongKey, wrongType } from './manifest-keys.ts';
import type { PythonLiteral } from './python-literal.ts';
import { type Series, wrongVersion } from './series.ts';

/** The licences that Odoo's list of modules knows (odoo/addons/base/models/ir_module.py, Odoo 14 and 19). */
const LICENCES = [
  'GPL-2',
  'GPL-2 or any later version',
  'GPL-3',
  'GPL-3 or any later version',
  'AGPL-3',
  'LGPL-3',
  'Other OSI approved licence',
  'OEEL-1',
  'OPL-1',
  'Other proprietary',
];

/** A manifest's own content, whatever the other addons are. */
export function checkManifest(addon: Addon, series: Series, allowedKeys: readonly string[]): Judgement {
  const { manifest, unreadable } = addon;
  const say = (line: number, message: string, fix?: string): Finding => ({
    message,
    location: `${addon.shown}/${addon.manifestFile}:${line}`,
    ...(fix === undefined ? {} : { fix }),
  });
  if (manifest === undefined) {
    const reason = `Odoo can't read the manifest: ${unreadable?.reason ?? 'it is not there'}`;
    return { findings: [say(unreadable?.line ?? 1, reason)], assertions: 1 };
  }
  const findings: Finding[] = [];
  const wrong = (...finding: Parameters<typeof say>) => findings.push(say(...finding));

  if (!/^\w{1,256}$/.test(addon.name))
    wrong(1, `"${addon.name}" is no name of a module`, 'Letters, digits and _ alone.');
  if (addon.manifestFile === '__openerp__.py' && series.major >= 15)
    wrong(1, `Odoo ${series.major} does not read __openerp__.py`, 'Rename it to __manifest__.py.');
  for (const { text, line } of manifest.repeated)
    wrong(line, `the key "${text}" is there twice: only the last counts`, 'Keep one.');
  for (const [name, { value, line }] of manifest.entries) {
    const key = wrongKey(name, series.major, allowedKeys);
    if (key !== undefined) wrong(line, key.message, key.fix);
    const type = wrongType(name, value);
    if (type !== undefined) wrong(line, `"${name}" has to be ${type}`);
  }
  for (const name of missingKeys(manifest, series)) wrong(1, `the key "${name}" is missing`);

  const licence = textOf(manifest, 'license');
  if (licence !== undefined && licence.text !== '' && !LICENCES.includes(licence.text))
    wrong(licence.line, `"${licence.text}" is no licence that Odoo knows`, `One of: ${LICENCES.join(', ')}.`);
  const external = manifest.entries.get('external_dependencies')?.value;
  if (external !== undefined) for (const { line, message } of wrongExternal(external)) wrong(line, message);

  let assertions = 4 + manifest.entries.size * 2;
  // What Odoo does not install may be of another series, and half done.
  if (!manifest.installable) return { findings, assertions };
  const version = textOf(manifest, 'version');
  const versionProblem = version === undefined ? undefined : wrongVersion(version.text, series);
  if (version !== undefined && versionProblem !== undefined) wrong(version.line, versionProblem);
  findings.push(...wrongTriggers(manifest).map(({ line, message }) => say(line, message)));
  const files = checkListedFiles(addon, manifest, series);
  assertions += 2 + files.assertions;
  return { findings: [...findings, ...files.findings], assertions };
}

/** Odoo logs a warning for each, which a gate on the log refuses: the licence from 16 on, the author in 19. */
function missingKeys({ entries }: Manifest, { major }: Series): string[] {
  const given = (name: string) => {
    const value = entries.get(name)?.value;
    return value !== undefined && isTrue(value);
  };
  const missing = given('name') ? [] : ['name'];
  if (major >= 16 && !given('license')) missing.push('license');
  if (major >= 19 && !['author', 'contributors', 'maintainer'].some(given)) missing.push('author');
  return missing;
}

/** `{'python': [names], 'bin': [programs]}`; Odoo's packages name `apt`, OCA's tools `deb`. */
function wrongExternal(value: PythonLiteral): { line: number; message: string }[] {
  if (value.kind !== 'dict') return [];
  return value.entries.flatMap(([key, names]) => {
    const kind = key.kind === 'str' ? key.value : '';
    if (!['python', 'bin', 'apt', 'deb'].includes(kind))
      return [{ line: key.line, message: `"external_dependencies" knows "python" and "bin", not "${kind}"` }];
    // Odoo's own maps the names of Python packages to those of Debian's.
    if (kind === 'apt' && names.kind === 'dict') return [];
    const isList = names.kind === 'list' || names.kind === 'tuple' || names.kind === 'set';
    if (isList && names.items.every((item) => item.kind === 'str' && item.value.trim() !== '')) return [];
    return [{ line: names.line, message: `"${kind}" of "external_dependencies" has to be a list of names` }];
  });
}

/** Odoo ends with an assertion where `auto_install` names what is not in `depends`. */
function wrongTriggers(manifest: Manifest): { line: number; message: string }[] {
  const depends = new Set(manifest.depends.map(({ text }) => text));
  return textsOf(manifest.entries.get('auto_install')?.value)
    .filter(({ text }) => !depends.has(text))
    .map(({ text, line }) => ({ line, message: `"auto_install" names "${text}", which "depends" does not` }));
}
