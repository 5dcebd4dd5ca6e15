import { extname, join } from 'node:path';
import type { Finding } from '../check.ts';
import { type DataFile, readDataCsv, readDataXml } from './data-file.ts';
import type { Addon } from './find-addons.ts';
import type { Judgement } from './judgement.ts';
import { DATA_KEYS } from './listed-files.ts';
import { type Listed, textsOf } from './manifest.ts';
import { readBytes } from './read-bytes.ts';
import { readXml } from './xml-file.ts';

/** Roots that Odoo takes (`DATA_ROOTS`, odoo/tools/convert.py). */
const ROOTS = ['odoo', 'openerp', 'data'];

/** What an addon's XML and data files are judged to be; each file is read once for both checks. */
export interface DataJudgement {
  xml: Judgement;
  order: Judgement;
}

/** XML is well-formed, data has a root that Odoo takes, and no file needs a record that a later one makes. */
export function checkData(addon: Addon): DataJudgement {
  const { manifest, files } = addon;
  if (manifest === undefined || !manifest.installable) {
    const nothing = { findings: [], assertions: 0 };
    return { xml: nothing, order: nothing };
  }
  const findings: Finding[] = [];
  let assertions = 0;
  const loaded = listedData(addon).map((listed) => ({ listed, ...read(addon, listed.text) }));
  for (const { listed, problem, root } of loaded) {
    if (extname(listed.text) !== '.xml') continue;
    assertions += 2;
    const at = `${addon.shown}/${listed.text}`;
    if (problem !== undefined)
      findings.push({ message: `not well-formed: ${problem.message}`, location: `${at}:${problem.line}` });
    else if (root !== undefined && !ROOTS.includes(root.text))
      findings.push({
        message: `the root of data is <odoo>, not <${root.text}>`,
        location: `${at}:${root.line}`,
        fix: 'Odoo ends the installation there.',
      });
  }
  const seen = new Set(loaded.map(({ listed }) => listed.text));
  for (const file of files) {
    if (extname(file) !== '.xml' || seen.has(file) || isForeign(file)) continue;
    assertions += 1;
    const problem = readXml(readBytes(join(addon.folder, file)));
    if (problem !== undefined)
      findings.push({
        message: `not well-formed: ${problem.message}`,
        location: `${addon.shown}/${file}:${problem.line}`,
      });
  }
  return { xml: { findings, assertions }, order: checkOrder(addon, loaded) };
}

/** Libraries of others, and what tests read because it is broken. */
function isForeign(file: string): boolean {
  return /(^|\/)(lib|tests?)\//.test(file);
}

function listedData({ manifest, files }: Addon): Listed[] {
  return DATA_KEYS.flatMap((key) => textsOf(manifest?.entries.get(key)?.value))
    .map(({ text, line }) => ({ text: text.replace(/^\.\//, ''), line }))
    .filter(({ text }, index, all) => files.has(text) && all.findIndex((each) => each.text === text) === index);
}

function read(addon: Addon, file: string): DataFile {
  const bytes = () => readBytes(join(addon.folder, file));
  if (extname(file) === '.xml') return readDataXml(bytes());
  if (extname(file) === '.csv') return readDataCsv(bytes().toString('utf8'));
  return { defines: [], refersTo: [] };
}

/** Ids that Odoo makes for models and fields by itself, whatever data files say. */
const BY_ITSELF = /^(model|field|selection|constraint|module)_/;

function checkOrder(addon: Addon, loaded: readonly (DataFile & { listed: Listed })[]): Judgement {
  // Its first records come from SQL, before any file.
  if (addon.name === 'base') return { findings: [], assertions: 0 };
  const own = (id: string) => {
    const within = id.startsWith(`${addon.name}.`) ? id.slice(addon.name.length + 1) : id;
    return within.includes('.') || BY_ITSELF.test(within) ? undefined : within;
  };
  const made = new Map<string, { file: number; line: number }>();
  for (const [file, { defines }] of loaded.entries()) {
    for (const { text, line } of defines) {
      const id = own(text);
      if (id !== undefined && !made.has(id)) made.set(id, { file, line });
    }
  }
  const findings: Finding[] = [];
  let assertions = 0;
  for (const [file, { listed, refersTo }] of loaded.entries()) {
    for (const { text, line } of refersTo) {
      const id = own(text);
      const where = id === undefined ? undefined : made.get(id);
      if (where === undefined) continue;
      assertions += 1;
      if (where.file < file || (where.file === file && where.line <= line)) continue;
      const later = loaded[where.file]?.listed;
      const elsewhere = where.file !== file;
      findings.push({
        message: `"${text}" is made ${elsewhere ? `by ${later?.text}, which is loaded later` : `further down, in line ${where.line}`}`,
        location: `${addon.shown}/${listed.text}:${line}`,
        fix: elsewhere ? `List ${later?.text} before ${listed.text} in the manifest.` : 'Move it up.',
      });
    }
  }
  return { findings, assertions };
}
