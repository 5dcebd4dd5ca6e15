import { extname, matchesGlob } from 'node:path/posix';
import type { Finding } from '../check.ts';
import type { Addon } from './find-addons.ts';
import type { Judgement } from './judgement.ts';
import { type Listed, type Manifest, textsOf } from './manifest.ts';
import type { PythonLiteral } from './python-literal.ts';
import type { Series } from './series.ts';

/** Keys that list files of the addon, in the order in which Odoo loads them. */
export const DATA_KEYS = ['init_xml', 'update_xml', 'data', 'demo_xml', 'demo'] as const;
const FILE_KEYS = [...DATA_KEYS, 'test', 'images'];

/** What Odoo loads as data (`convert_file`, odoo/tools/convert.py). */
const LOADED = ['.xml', '.csv', '.sql', '.js'];

/** The files that a manifest lists are there, and of a kind that Odoo loads. */
export function checkListedFiles(addon: Addon, manifest: Manifest, series: Series): Judgement {
  const findings: Finding[] = [];
  let assertions = 0;
  const wrong = ({ line }: { line: number }, message: string, fix?: string) =>
    findings.push({
      message,
      location: `${addon.shown}/${addon.manifestFile}:${line}`,
      ...(fix === undefined ? {} : { fix }),
    });

  for (const key of FILE_KEYS) {
    const seen = new Set<string>();
    for (const listed of textsOf(manifest.entries.get(key)?.value)) {
      assertions += 1;
      const { text } = listed;
      if (!addon.files.has(pathOf(text))) wrong(listed, `"${text}" of "${key}" is not there`, nearest(addon, text));
      else if (key !== 'images' && key !== 'test' && !LOADED.includes(extname(text)))
        wrong(listed, `"${text}" of "${key}" is of a kind that Odoo does not load`, `Odoo loads ${LOADED.join(', ')}.`);
      else if (seen.has(pathOf(text))) wrong(listed, `"${text}" of "${key}" is listed twice`);
      seen.add(pathOf(text));
    }
  }
  const lists = series.major >= 15 ? assetsOf(manifest.entries.get('assets')?.value) : [];
  for (const { problem, path } of [...lists, ...templatesOf(manifest, series)]) {
    assertions += 1;
    if (problem !== undefined) wrong(path, problem);
    else if (isMissing(addon, path.text))
      wrong(path, `no file of the addon is "${path.text}"`, nearest(addon, path.text));
  }
  return { findings, assertions };
}

const pathOf = (text: string) => text.replace(/^\.\//, '');

interface Asset {
  path: Listed;
  problem?: string;
}

/** How many words each directive of a bundle takes behind it; the last is a path, that of `include` a bundle. */
const DIRECTIVES: Readonly<Record<string, number>> = {
  append: 1,
  prepend: 1,
  remove: 1,
  include: 1,
  before: 2,
  after: 2,
  replace: 2,
};

function assetsOf(assets: PythonLiteral | undefined): Asset[] {
  if (assets?.kind !== 'dict') return [];
  return assets.entries.flatMap(([bundle, content]) => {
    const problem = (line: number, text: string): Asset => ({ path: { text, line }, problem: text });
    if (bundle.kind !== 'str') return [problem(bundle.line, 'a bundle has to be named by a text')];
    if (content.kind !== 'list' && content.kind !== 'tuple')
      return [problem(content.line, `the bundle "${bundle.value}" has to be a list`)];
    return content.items.flatMap((item): Asset[] => {
      if (item.kind === 'str') return [{ path: { text: item.value, line: item.line } }];
      const words = textsOf(item).map(({ text }) => text);
      const [directive = '', ...rest] = words;
      if ((item.kind !== 'tuple' && item.kind !== 'list') || words.length !== item.items.length || rest.length === 0)
        return [problem(item.line, `the bundle "${bundle.value}" holds what is neither a path nor a directive`)];
      const takes = Object.hasOwn(DIRECTIVES, directive) ? DIRECTIVES[directive] : undefined;
      if (takes === undefined) return [problem(item.line, `"${directive}" is no directive of a bundle`)];
      if (takes !== rest.length)
        return [problem(item.line, `"${directive}" takes ${takes === 1 ? 'one path' : 'two paths'}`)];
      // What is removed, or stands before something, may be another addon's and come from anywhere.
      return directive === 'include' || directive === 'remove'
        ? []
        : [{ path: { text: rest.at(-1) ?? '', line: item.line } }];
    });
  });
}

/** Until Odoo 14 templates of the web client had a list of their own. */
function templatesOf(manifest: Manifest, { major }: Series): Asset[] {
  if (major > 14) return [];
  return textsOf(manifest.entries.get('qweb')?.value).map((path) => ({ path }));
}

/** Whether a path or pattern of the addon itself leads to no file. Those of other addons, and addresses, are not ours. */
function isMissing(addon: Addon, path: string): boolean {
  const inAddons = path.replace(/^\/(?!\/)/, '');
  if (/^([a-z]+:)?\/\//.test(path)) return false;
  const own = inAddons.startsWith(`${addon.name}/`) ? inAddons.slice(addon.name.length + 1) : undefined;
  // `qweb` lists paths within the addon.
  const within = own ?? (addon.files.has(inAddons) || inAddons.startsWith('static/') ? inAddons : undefined);
  if (within === undefined) return false;
  if (!/[*?[]/.test(within)) return !addon.files.has(within);
  for (const file of addon.files) if (matchesGlob(file, within)) return false;
  return true;
}

/** The file of the same name that lies elsewhere in the addon, if there is one alone. */
function nearest(addon: Addon, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const same = [...addon.files].filter((file) => file.slice(file.lastIndexOf('/') + 1) === name);
  return same.length === 1 ? `There is ${same[0]}.` : undefined;
}
