import { NotALiteral } from './not-a-literal.ts';
import { type PythonLiteral, parsePythonLiteral } from './python-literal.ts';

/** A text of the manifest and the line that it stands in. */
export interface Listed {
  text: string;
  line: number;
}

/** A `__manifest__.py` as Odoo reads it. */
export interface Manifest {
  /** The last of each key, as Python keeps it. */
  entries: ReadonlyMap<string, { value: PythonLiteral; line: number }>;
  /** Keys given more than once: all but the last are lost. */
  repeated: readonly Listed[];
  installable: boolean;
  depends: readonly Listed[];
}

/** Reads the manifest of an addon without running it. Throws `NotALiteral`. */
export function parseManifest(text: string, addon: string): Manifest {
  const literal = parsePythonLiteral(text);
  if (literal.kind !== 'dict') throw new NotALiteral(literal.line, 'a manifest has to be a dict');
  const entries = new Map<string, { value: PythonLiteral; line: number }>();
  const repeated: Listed[] = [];
  for (const [key, value] of literal.entries) {
    if (key.kind !== 'str') throw new NotALiteral(key.line, 'a key of a manifest has to be text');
    if (entries.has(key.value)) repeated.push({ text: key.value, line: key.line });
    entries.set(key.value, { value, line: key.line });
  }
  const depends = textsOf(entries.get('depends')?.value);
  return {
    entries,
    repeated,
    installable: isTrue(entries.get('installable')?.value ?? { kind: 'bool', value: true, line: 1 }),
    // Odoo gives `base` to whoever names nothing (odoo/modules/module.py).
    depends:
      depends.length > 0 || addon === 'base'
        ? depends
        : [{ text: 'base', line: entries.get('depends')?.line ?? literal.line }],
  };
}

/** The texts of a list, tuple or set; nothing of what is none. */
export function textsOf(value: PythonLiteral | undefined): Listed[] {
  if (value?.kind !== 'list' && value?.kind !== 'tuple' && value?.kind !== 'set') return [];
  return value.items.flatMap((item) => (item.kind === 'str' ? [{ text: item.value, line: item.line }] : []));
}

/** The value of a key that holds text. */
export function textOf({ entries }: Manifest, key: string): Listed | undefined {
  const value = entries.get(key)?.value;
  return value?.kind === 'str' ? { text: value.value, line: value.line } : undefined;
}

/** What Python's `bool()` says. */
export function isTrue(value: PythonLiteral): boolean {
  switch (value.kind) {
    case 'none':
      return false;
    case 'bool':
      return value.value;
    case 'number':
      return Number(value.value) !== 0;
    case 'str':
    case 'bytes':
      return value.value !== '';
    case 'dict':
      return value.entries.length > 0;
    case 'list':
    case 'tuple':
    case 'set':
      return value.items.length > 0;
    default:
      return true;
  }
}
