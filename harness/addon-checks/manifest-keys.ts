import { closest, distance } from 'fastest-levenshtein';
import type { PythonLiteral } from './python-literal.ts';

type Type = 'text' | 'bool' | 'number' | 'texts' | 'dict' | 'bool or texts';

interface Key {
  type: Type;
  /** The first and the last major version of Odoo that reads it; every one unless told. */
  since?: number;
  until?: number;
}

const text = { type: 'text' } as const;
const bool = { type: 'bool' } as const;
const texts = { type: 'texts' } as const;
const dict = { type: 'dict' } as const;

/**
 * What may stand in a manifest: `_DEFAULT_MANIFEST` (Odoo 19, odoo/modules/module.py) and what the module list and its
 * linter read beside it (Odoo 14 and 19), the keys of Odoo's app store, and OCA's.
 */
const KEYS: Readonly<Record<string, Key>> = {
  name: text,
  version: text,
  summary: text,
  description: text,
  category: text,
  author: text,
  maintainer: text,
  contributors: texts,
  website: text,
  url: text,
  license: text,
  icon: text,
  sequence: { type: 'number' },
  depends: texts,
  excludes: texts,
  external_dependencies: dict,
  data: texts,
  demo: texts,
  test: texts,
  init_xml: texts,
  update_xml: texts,
  demo_xml: texts,
  assets: { type: 'dict', since: 15 },
  qweb: { type: 'texts', until: 14 },
  css: { type: 'texts', until: 14 },
  js: { type: 'texts', until: 14 },
  images: texts,
  countries: texts,
  cloc_exclude: texts,
  application: bool,
  installable: bool,
  auto_install: { type: 'bool or texts' },
  bootstrap: bool,
  web: bool,
  active: { type: 'bool', until: 14 },
  certificate: { type: 'text', until: 14 },
  complexity: { type: 'text', until: 14 },
  pre_init_hook: text,
  post_init_hook: text,
  uninstall_hook: text,
  post_load: text,
  configurator_snippets: dict,
  configurator_snippets_addons: dict,
  images_preview_theme: dict,
  new_page_templates: dict,
  snippet_lists: dict,
  theme_customizations: dict,
  live_test_url: text,
  support: text,
  price: { type: 'number' },
  currency: text,
  maintainers: texts,
  development_status: text,
};

/** Where a key that Odoo stopped reading went. */
const MOVED: Readonly<Record<string, string>> = {
  qweb: 'list the files under "assets"',
  css: 'list the files under "assets"',
  js: 'list the files under "assets"',
  active: 'use "auto_install"',
};

/** What is wrong with a key in this major version of Odoo, and what to do; undefined if nothing. */
export function wrongKey(
  name: string,
  major: number,
  allowed: readonly string[],
): { message: string; fix: string } | undefined {
  if (allowed.includes(name)) return undefined;
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined;
  if (key === undefined) {
    const known = [...Object.keys(KEYS), ...allowed];
    const near = closest(name, known);
    const similar = distance(name, near) <= Math.max(2, name.length / 4);
    return {
      message: `unknown key "${name}": Odoo does not read it`,
      fix: similar ? `Did you mean "${near}"?` : 'Remove it, or name it under manifestKeys in odoo-gate.yaml.',
    };
  }
  if (key.since !== undefined && major < key.since)
    return {
      message: `Odoo ${major} does not read "${name}"; Odoo ${key.since} is the first that does`,
      fix: 'Remove it.',
    };
  if (key.until !== undefined && major > key.until) {
    const moved = MOVED[name] ?? 'remove it';
    return {
      message: `Odoo ${major} does not read "${name}" any more`,
      fix: `${moved.charAt(0).toUpperCase()}${moved.slice(1)}.`,
    };
  }
  return undefined;
}

/** What a value should be instead; undefined if it is of its key's type. */
export function wrongType(name: string, value: PythonLiteral): string | undefined {
  const type = Object.hasOwn(KEYS, name) ? KEYS[name]?.type : undefined;
  if (type === undefined || isOfType(value, type)) return undefined;
  return {
    text: 'a text',
    bool: 'True or False',
    number: 'a number',
    texts: 'a list of texts',
    dict: 'a dict',
    'bool or texts': 'True, False or a list of texts',
  }[type];
}

function isOfType(value: PythonLiteral, type: Type): boolean {
  switch (type) {
    case 'text':
      return value.kind === 'str';
    case 'bool':
      return value.kind === 'bool';
    case 'number':
      // Odoo writes it into a column of numbers, which takes digits in a text too.
      return value.kind === 'number' || (value.kind === 'str' && /^-?\d+$/.test(value.value));
    case 'dict':
      return value.kind === 'dict';
    case 'texts':
      return isListOfTexts(value);
    case 'bool or texts':
      return value.kind === 'bool' || isListOfTexts(value);
  }
}

function isListOfTexts(value: PythonLiteral): boolean {
  const isList = value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set';
  return isList && value.items.every(({ kind }) => kind === 'str');
}
