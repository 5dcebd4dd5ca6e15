import { readFileSync } from 'node:fs';
import { closest, distance } from 'fastest-levenshtein';
import { type Document, isMap, isPair, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import { type Config, configSchema, SETTING_NAMES, type Settings } from './schema.ts';

const DEFAULT_CONFIG = 'odoo-gate.yaml';

/**
 * Reads the configuration and lays the named stack over its top level. Without `path` a missing
 * `odoo-gate.yaml` is an empty one. `${NAME}` is replaced from the environment. Throws `UsageError('config')`.
 */
export function loadSettings(path: string | undefined, stack: string | undefined): Settings {
  const file = path ?? DEFAULT_CONFIG;
  const text = read(file);
  if (text === undefined) {
    if (path === undefined && stack === undefined) return {};
    throw new UsageError('config', `There is no configuration file "${file}".`, {
      next:
        path === undefined ? `--stack needs ${DEFAULT_CONFIG} in this folder, or --config FILE.` : 'Check --config.',
    });
  }
  return parseConfig(text, file, process.env, stack);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ENOENT') return undefined;
    throw new UsageError('config', `The configuration file "${file}" can't be read: ${messageOf(cause)}`, {
      next: 'Give --config a file that you may read.',
      cause,
    });
  }
}

/**
 * The settings in the text of a configuration. Every mistake is named with its line, key and the nearest known key, never
 * with a value: it may be a secret. Variables have to be set for the top level and the chosen stack alone.
 */
export function parseConfig(
  text: string,
  file = DEFAULT_CONFIG,
  env: NodeJS.ProcessEnv = process.env,
  stack?: string,
): Settings {
  const { raw, lineOf } = parseYaml(text, file);
  const { stacks: all, ...top } = isRecord(raw) ? raw : {};
  const names = isRecord(all) ? Object.keys(all) : [];
  if (stack !== undefined && !names.includes(stack)) {
    throw new UsageError('config', `${file} has no stack "${stack}"${suggest(stack, names)}.`, {
      next: `Its stacks: ${names.join(', ') || 'none'}.`,
    });
  }

  const wrong: Mistake[] = [];
  const filled = isRecord(raw) ? { ...fill(top, [], env, wrong) } : raw;
  if (isRecord(filled) && all !== undefined) filled.stacks = isRecord(all) ? fillStacks(all, stack, env, wrong) : all;
  const parsed = configSchema.safeParse(filled ?? {});
  if (!parsed.success) {
    // What a variable that is not set leads to is no mistake of its own.
    const told = new Set(wrong.map(({ path }) => path.join('.')));
    wrong.push(...parsed.error.issues.flatMap(describe).filter(({ path }) => !told.has(path.join('.'))));
  }
  if (wrong.length > 0 || !parsed.success) {
    const lines = wrong.map(({ path, text }) => ({ line: lineOf(path), where: path.map(String).join('.'), text }));
    lines.sort((a, b) => a.line - b.line);
    throw mistakes(file, [
      ...new Set(lines.map(({ line, where, text }) => `line ${line}: ${where || 'top level'}: ${text}`)),
    ]);
  }
  const { stacks = {}, ...common }: Config = parsed.data;
  return stack === undefined ? common : { ...common, ...stacks[stack] };
}

function parseYaml(text: string, file: string): { raw: unknown; lineOf(path: readonly PropertyKey[]): number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true, merge: true });
  const [syntaxError] = document.errors;
  // Further lines of the message quote the file.
  if (syntaxError !== undefined) throw mistakes(file, [syntaxError.message.split('\n')[0] ?? 'not YAML']);
  try {
    return { raw: document.toJS(), lineOf: (path) => lineIn(document, lines, path) };
  } catch (cause) {
    throw mistakes(file, [messageOf(cause)]);
  }
}

/** The line of the last key of a path that the document has. */
function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((item) => isPair(item) && String(item.key) === String(key)) : undefined;
    if (pair === undefined) break;
    offset = (pair.key as { range?: [number] }).range?.[0] ?? offset;
    node = pair.value;
  }
  return lines.linePos(offset).line;
}

interface Mistake {
  path: readonly PropertyKey[];
  text: string;
}

function describe(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, text: issue.message }];
  const known = issue.path.length === 0 ? [...SETTING_NAMES, 'stacks'] : SETTING_NAMES;
  return issue.keys.map((key) => ({ path: [...issue.path, key], text: `unknown key${suggest(key, known)}` }));
}

/** ` (did you mean "image"?)` when a known word is near. */
function suggest(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = closest(word, known);
  return distance(word, near) <= Math.max(2, word.length / 3) ? ` (did you mean "${near}"?)` : '';
}

/** The variables of the other stacks need not be set here: one of those that lacks some is left out. */
function fillStacks(
  stacks: Record<string, unknown>,
  chosen: string | undefined,
  env: NodeJS.ProcessEnv,
  wrong: Mistake[],
): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, stack] of Object.entries(stacks)) {
    const own: Mistake[] = [];
    const content = fill(stack, ['stacks', name], env, own);
    if (name === chosen) wrong.push(...own);
    if (name === chosen || own.length === 0) filled[name] = content;
  }
  return filled;
}

/** Replaces `${NAME}` in every text below `value`. */
function fill<T>(value: T, path: readonly PropertyKey[], env: NodeJS.ProcessEnv, wrong: Mistake[]): T;
function fill(value: unknown, path: readonly PropertyKey[], env: NodeJS.ProcessEnv, wrong: Mistake[]): unknown {
  if (Array.isArray(value)) return value.map((each, index) => fill(each, [...path, index], env, wrong));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, fill(each, [...path, key], env, wrong)]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{([^}]*)\}?/g, (whole, name: string) => {
    const replacement = /^\$\{\w+\}$/.test(whole) ? env[name] : undefined;
    if (replacement === undefined) {
      const known = /^[A-Za-z_]\w*$/.test(name) && whole.endsWith('}');
      wrong.push({
        path,
        text: known
          ? `the environment variable ${name} is not set`
          : `only \${NAME} is replaced; nothing else may begin with \${`,
      });
    }
    return replacement ?? '';
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mistakes(file: string, list: readonly string[]): UsageError {
  return new UsageError('config', `${file} can't be used:\n${list.map((each) => `  ${each}`).join('\n')}`, {
    next: 'Correct the lines above; `docs/configuration.md` lists every key.',
  });
}
