/** What a placeholder stands for; any other name stands for any part of a tag. */
const KNOWN: Readonly<Record<string, string>> = {
  version: String.raw`\d+(?:\.\d+)*(?:[-.][A-Za-z0-9]+)*`,
  sha: '[0-9a-f]{7,64}',
};
const ANYTHING = '[A-Za-z0-9_.-]+';
const PLACEHOLDER = /\{([a-z]+)\}/g;

/** The placeholders of a pattern such as `uat-v{version}`; undefined when it could not be a tag, or names one twice. */
export function placeholdersOf(pattern: string): string[] | undefined {
  const names = Array.from(pattern.matchAll(PLACEHOLDER), ([, name = '']) => name);
  if (new Set(names).size !== names.length) return undefined;
  return /^[A-Za-z0-9_.-]{0,128}$/.test(pattern.replaceAll(PLACEHOLDER, '')) && pattern !== '' ? names : undefined;
}

/** Whether a tag goes from one pattern to the other: placeholders of one name stand for the same text in both. */
export function followsPatterns(
  { from, to }: { from: string; to: string },
  tags: { from: string; to: string },
): boolean {
  const values = expressionOf(from).exec(tags.from)?.groups;
  if (values === undefined) return false;
  const asked = expressionOf(to).exec(tags.to)?.groups;
  return asked !== undefined && Object.entries(asked).every(([name, value]) => (values[name] ?? value) === value);
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.\\]/g, String.raw`\$&`)
    .replaceAll(PLACEHOLDER, (_, name: string) => `(?<${name}>${KNOWN[name] ?? ANYTHING})`);
  // So that a pattern without placeholders has groups too.
  return new RegExp(`^${source}(?<_>)$`);
}
