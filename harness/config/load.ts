import { existsSync, readFileSync } from 'node:fs';
import { closest, distance } from 'fastest-levenshtein';
import { isMap, isPair, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { configSchema, SETTING_NAMES, type Settings } from './schema.ts';

export const DEFAULT_CONFIG = 'odoo-gate.yaml';

/**
 * Reads the configuration and lays the named stack over its top level. Without `path` a missing
 * `odoo-gate.yaml` is an empty one. `${NAME}` is replaced from the environment. Throws `UsageError('config')`.
 */
export function loadSettings(path: string | undefined, stack: string | undefined): Settings {
  const file = path ?? DEFAULT_CONFIG;
  if (!existsSync(file)) {
    if (path === undefined && stack === undefined) return {};
    throw new UsageError('config', `There is no configuration file "${file}".`, {
      next:
        path === undefined ? `--stack needs ${DEFAULT_CONFIG} in this folder, or --config FILE.` : 'Check --config.',
    });
  }
  const { stacks = {}, ...common } = parseConfig(readFileSync(file, 'utf8'), file);
  if (stack === undefined) return common;
  const chosen = stacks[stack];
  if (chosen === undefined) {
    throw new UsageError('config', `${file} has no stack "${stack}"${suggest(stack, Object.keys(stacks))}.`, {
      next: `Its stacks: ${Object.keys(stacks).join(', ') || 'none'}.`,
    });
  }
  return { ...common, ...chosen };
}

/** Parses the text of a configuration; every mistake is named with its line, key and the nearest known key. */
export function parseConfig(text: string, file = DEFAULT_CONFIG, env: NodeJS.ProcessEnv = process.env) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) throw mistakes(file, [syntaxError.message.split('\n')[0] ?? 'not YAML']);

  const unset = new Set<string>();
  const raw = interpolate(document.toJS() ?? {}, env, unset);
  if (unset.size > 0) {
    throw mistakes(
      file,
      [...unset].map((name) => `\${${name}}: this environment variable is not set`),
    );
  }
  const parsed = configSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lineOf = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents;
    let offset: number | undefined;
    for (const key of path) {
      const pair = isMap(node)
        ? node.items.find((item) => isPair(item) && String(item.key) === String(key))
        : undefined;
      if (pair === undefined) break;
      offset = (pair.key as { range?: [number] }).range?.[0];
      node = pair.value;
    }
    return offset === undefined ? 1 : lines.linePos(offset).line;
  };
  throw mistakes(
    file,
    parsed.error.issues.flatMap((issue) =>
      describe(issue).map(
        ({ path, text }) => `line ${lineOf(path)}: ${path.map(String).join('.') || 'top level'}: ${text}`,
      ),
    ),
  );
}

function describe(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; text: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, text: issue.message }];
  const known = issue.path.length === 0 ? [...SETTING_NAMES, 'stacks'] : SETTING_NAMES;
  return issue.keys.map((key) => ({ path: [...issue.path, key], text: `unknown key${suggest(key, known)}` }));
}

/** ` (did you mean "image"?)` when a known word is near. */
export function suggest(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = closest(word, known);
  return distance(word, near) <= Math.max(2, word.length / 3) ? ` (did you mean "${near}"?)` : '';
}

function interpolate(value: unknown, env: NodeJS.ProcessEnv, unset: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => interpolate(each, env, unset));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each, env, unset)]));
  }
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
    if (env[name] === undefined) unset.add(name);
    return env[name] ?? '';
  });
}

function mistakes(file: string, list: readonly string[]): UsageError {
  return new UsageError('config', `${file} can't be used:\n${list.map((each) => `  ${each}`).join('\n')}`, {
    next: 'Correct the lines above; `docs/configuration.md` lists every key.',
  });
}
