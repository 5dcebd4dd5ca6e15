import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';

const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'is not the name of a table or column');
const line = z.string().trim().min(1, 'is empty').max(300, 'is longer than 300 characters');
// A NUL ends a text in Postgres.
const literal = z
  .union([z.string(), z.number(), z.boolean()], 'is neither a text, a number, true nor false')
  .transform(String)
  .refine((value) => !value.includes('\0'), 'holds a NUL');
const pattern = z
  .string()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .refine((value) => !value.includes('\0') && isPattern(value), 'is not a regular expression');

/** What is neutral in a column: `null` and `false` say themselves; the others compare the value as text. */
const neutral = z.union(
  [
    z.null().transform(() => ({ is: 'null' }) as const),
    z.boolean().transform((value) => ({ is: value ? 'true' : 'false' }) as const),
    z.strictObject({ equals: literal }).transform(({ equals }) => ({ is: 'one of', values: [equals] }) as const),
    z
      .strictObject({ oneOf: z.array(literal).min(1) })
      .transform(({ oneOf }) => ({ is: 'one of', values: oneOf }) as const),
    z.strictObject({ matches: pattern }).transform(({ matches }) => ({ is: 'matching', pattern: matches }) as const),
  ],
  'is none of: null, false, true, {equals: …}, {oneOf: […]}, {matches: "…"}',
);

const rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'has other than small letters, digits and hyphens'),
  table: identifier,
  column: identifier,
  /** Installed without the table or column it is a broken restore; not given, a missing one proves the rule empty. */
  module: identifier.optional(),
  neutral,
  severity: z.enum(['critical', 'high', 'medium', 'low'], 'is none of: critical, high, medium, low'),
  why: line,
  fix: line,
});

/** A rule that users add for their own modules. */
export type UserRule = z.infer<typeof rule>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** Reads a file of rules. Throws `UsageError('rules')` that names each wrong line and why, never a value. */
export function loadUserRules(file: string): readonly UserRule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const missing = (cause as { code?: string }).code === 'ENOENT';
    const reason = missing ? `There is no file of rules "${file}".` : `The file of rules "${file}" can't be read.`;
    throw new UsageError('rules', reason, { next: 'Check --rules.', cause });
  }
  return parseUserRules(text, file);
}

/** The rules in the text of a file: a list below the key `rules`. */
export function parseUserRules(text: string, file = 'rules.yaml'): readonly UserRule[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [syntaxError] = document.errors;
  // Further lines of the message quote the file.
  if (syntaxError !== undefined) throw wrong(file, [`  ${syntaxError.message.split('\n')[0] ?? 'not YAML'}`]);
  let raw: unknown;
  try {
    raw = document.toJS();
  } catch (cause) {
    throw wrong(file, [`  ${messageOf(cause)}`]);
  }
  const parsed = z.strictObject({ rules: z.array(rule).min(1, 'has no rule') }).safeParse(raw);
  const lineOf = (path: readonly PropertyKey[]) => lines.linePos(offsetOf(document.contents, path)).line;
  if (!parsed.success) {
    const told = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is no key of a rule' }))
        : [{ path: issue.path, message: issue.message }],
    );
    throw wrong(
      file,
      told.map(({ path, message }) => `  line ${lineOf(path)}: ${path.map(String).join('.') || 'the file'} ${message}`),
    );
  }
  const { rules } = parsed.data;
  const twice = rules.flatMap(({ id }, index) => (rules.findIndex((each) => each.id === id) < index ? [index] : []));
  if (twice.length > 0) {
    throw wrong(
      file,
      twice.map((index) => `  line ${lineOf(['rules', index, 'id'])}: rules.${index}.id is there already`),
    );
  }
  return rules;
}

/** Where the deepest part of a path that the document has begins. */
function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = contents;
  let offset = 0;
  for (const key of path) {
    if (isSeq(node)) node = node.items[Number(key)];
    else if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
      continue;
    } else break;
    offset = (node as Node | undefined)?.range?.[0] ?? offset;
  }
  return offset;
}

function wrong(file: string, problems: readonly string[]): UsageError {
  return new UsageError('rules', `${file} can't be used:\n${[...new Set(problems)].join('\n')}`, {
    next: 'Correct the lines above; docs/how-checks-know.md shows a rule.',
  });
}
