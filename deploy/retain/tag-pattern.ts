import { UsageError } from '../../harness/errors.ts';

/** The tags of an environment: `prod-v*`. */
export interface TagPattern {
  text: string;
  matches(tag: string): boolean;
}

/** Reads a pattern, in which `*` stands for anything. Throws `UsageError('retain-pattern')`. */
export function parseTagPattern(text: string): TagPattern {
  if (!/^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$/.test(text)) {
    throw new UsageError('retain-pattern', `${JSON.stringify(text.slice(0, 150))} is not a pattern of tags.`, {
      next: 'Give letters, digits, "_", "." and "-", with * for anything: prod-v*.',
    });
  }
  return { text, matches: (tag) => matches(text.split('*'), tag) };
}

/** Each part as early as it can be: no expression that gets slow on many stars. */
function matches([first = '', ...rest]: readonly string[], tag: string): boolean {
  const last = rest.pop();
  if (last === undefined) return tag === first;
  if (!tag.startsWith(first) || !tag.endsWith(last) || tag.length < first.length + last.length) return false;
  const end = tag.length - last.length;
  let position = first.length;
  for (const part of rest) {
    const found = tag.indexOf(part, position);
    if (found === -1 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
