/** Whether a path matches one of the patterns; `*` stands for anything, `/` too. */
export function excluder(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  );
  return (path) => expressions.some((expression) => expression.test(path));
}
