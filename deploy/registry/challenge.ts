export interface Challenge {
  /** In lower case: `bearer`. */
  scheme: string;
  /** Names in lower case. */
  parameters: Partial<Record<string, string>>;
}

const PART = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+)))?/y;

/** Reads a WWW-Authenticate header, several challenges in one line included (RFC 9110, 11.6.1). */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  PART.lastIndex = 0;
  for (let part = PART.exec(header); part !== null; part = PART.exec(header)) {
    const [, name = '', quoted, plain] = part;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    const parameters = challenges.at(-1)?.parameters;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else if (parameters !== undefined) parameters[name.toLowerCase()] ??= value;
  }
  return challenges;
}
