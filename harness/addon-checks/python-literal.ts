import { NotALiteral } from './not-a-literal.ts';
import { nextToken, type StringToken, type Token } from './python-tokens.ts';

/** A value as `ast.literal_eval` would give it, with the line that it begins in. */
export type PythonLiteral = { line: number } & (
  | { kind: 'dict'; entries: readonly (readonly [PythonLiteral, PythonLiteral])[] }
  | { kind: 'list' | 'tuple' | 'set'; items: readonly PythonLiteral[] }
  | { kind: 'str' | 'bytes'; value: string }
  | { kind: 'number'; value: number | bigint }
  | { kind: 'complex'; text: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'none' | 'ellipsis' }
);

// CPython's own limit on nested parentheses (Parser/lexer/state.h, MAXLEVEL).
const DEEPEST = 200;

const CLOSED_BY = { '(': ')', '[': ']', '{': '}' } as const;
type Opening = keyof typeof CLOSED_BY;

/** Empty lines and comments, then a value that does not begin its line: to Python an unexpected indent. */
const INDENTED = /^(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r(?!\n)|\n))+[ \t]+[^\s#]/;

/** To Python 3.9 to 3.13 an unexpected indent as well, if nothing follows it, not even a line end. */
const BLANKS_AT_END = /(?:\r|\n)[ \t]+$/;

/**
 * Reads what `ast.literal_eval` reads: dicts, lists, tuples, sets, strings, bytes, numbers, True, False, None, and
 * nothing that would have to be run. Throws `NotALiteral` alone.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  const stripped = text.replace(/^[ \t]+/, '');
  if (INDENTED.test(stripped))
    throw new NotALiteral(linesIn(INDENTED.exec(stripped)?.[0] ?? ''), 'the first line with a value is indented');
  if (BLANKS_AT_END.test(stripped)) throw new NotALiteral(linesIn(stripped), 'the last line has blanks and no end');
  const parser = new Parser(stripped);
  parser.skipNewlines();
  const value = parser.tupleOrValue(0);
  parser.skipNewlines();
  parser.expectEnd();
  return value;
}

class Parser {
  readonly #text: string;
  #token: Token;
  /** Brackets that are open: within one, a line's end means nothing. */
  #open = 0;

  constructor(text: string) {
    this.#text = text;
    this.#token = nextToken(text, { end: 0, line: 1 }, false);
  }

  skipNewlines(): void {
    while (this.#token.kind === 'newline') this.#advance();
  }

  expectEnd(): void {
    if (this.#token.kind !== 'end') throw this.#unexpected();
  }

  /** `1, 2` without brackets is a tuple, at the top and in parentheses. */
  tupleOrValue(depth: number): PythonLiteral {
    const first = this.#value(depth);
    if (!this.#is(',')) return first;
    const items = [first];
    while (this.#takes(',')) {
      if (this.#token.kind === 'end' || this.#token.kind === 'newline' || this.#is(')')) break;
      items.push(this.#value(depth));
    }
    return { kind: 'tuple', items, line: first.line };
  }

  #value(depth: number): PythonLiteral {
    if (depth > DEEPEST) throw new NotALiteral(this.#token.line, 'brackets are nested too deep');
    const token = this.#token;
    switch (token.kind) {
      case 'string':
        return this.#strings(token);
      case 'number':
        return this.#sum();
      case 'name':
        return this.#constant(token.text, token.line);
      case 'mark':
        if (token.text === '-' || token.text === '+') return this.#sum();
        if (token.text === '...') {
          this.#advance();
          return { kind: 'ellipsis', line: token.line };
        }
        if (token.text in CLOSED_BY) return this.#bracket(token.text as Opening, token.line, depth + 1);
    }
    throw this.#unexpected();
  }

  #constant(name: string, line: number): PythonLiteral {
    if (name === 'True' || name === 'False') {
      this.#advance();
      return { kind: 'bool', value: name === 'True', line };
    }
    if (name === 'None') {
      this.#advance();
      return { kind: 'none', line };
    }
    throw new NotALiteral(line, `"${shorten(name)}" would have to be run; only literal values may stand here`);
  }

  /** Strings side by side are one. */
  #strings(first: StringToken): PythonLiteral {
    let value = '';
    let token: Token = first;
    while (token.kind === 'string') {
      if (token.formatted) throw new NotALiteral(token.line, 'an f-string would have to be run');
      if (token.bytes !== first.bytes) throw new NotALiteral(token.line, 'bytes and text stand side by side');
      value += token.value;
      token = this.#advance();
    }
    return { kind: first.bytes ? 'bytes' : 'str', value, line: first.line };
  }

  /** A number with its sign; of sums only those of a real and an imaginary number are literals. */
  #sum(): PythonLiteral {
    const { line } = this.#token;
    const left = this.#signed();
    if (left.kind !== 'number' || !(this.#is('+') || this.#is('-'))) return left;
    const sign = this.#is('-') ? '-' : '+';
    this.#advance();
    const right = this.#number();
    if (right.kind !== 'complex') throw new NotALiteral(line, 'a sum would have to be run');
    return { kind: 'complex', text: `${left.value}${sign}${right.text}`, line };
  }

  #signed(): PythonLiteral {
    const { line } = this.#token;
    if (this.#takes('+')) return { ...this.#number(), line };
    if (!this.#takes('-')) return this.#number();
    const value = this.#number();
    if (value.kind === 'complex') return { kind: 'complex', text: `-${value.text}`, line };
    return value.kind === 'number' ? { kind: 'number', value: -value.value, line } : value;
  }

  #number(): PythonLiteral {
    const token = this.#token;
    if (token.kind !== 'number') throw this.#unexpected();
    this.#advance();
    const { line } = token;
    return token.imaginary
      ? { kind: 'complex', text: `${token.value}j`, line }
      : { kind: 'number', value: token.value, line };
  }

  #bracket(opening: Opening, line: number, depth: number): PythonLiteral {
    this.#open += 1;
    this.#advance();
    const value = this.#inside(opening, line, depth);
    this.#open -= 1;
    if (!this.#is(CLOSED_BY[opening])) {
      if (this.#token.kind === 'end') throw new NotALiteral(line, `"${opening}" is never closed`);
      throw this.#unexpected();
    }
    this.#advance();
    return value;
  }

  #inside(opening: Opening, line: number, depth: number): PythonLiteral {
    const closing = CLOSED_BY[opening];
    if (opening === '{') return this.#dictOrSet(line, depth);
    if (opening === '[') return { kind: 'list', items: this.#items(closing, depth), line };
    if (this.#is(closing)) return { kind: 'tuple', items: [], line };
    return { ...this.tupleOrValue(depth), line };
  }

  #dictOrSet(line: number, depth: number): PythonLiteral {
    if (this.#is('}')) return { kind: 'dict', entries: [], line };
    const first = this.#value(depth);
    if (!this.#is(':')) {
      const items = this.#takes(',') ? [first, ...this.#items('}', depth)] : [first];
      for (const item of items) requireHashable(item);
      return { kind: 'set', items, line };
    }
    const entries: [PythonLiteral, PythonLiteral][] = [];
    let key = first;
    while (this.#takes(':')) {
      requireHashable(key);
      entries.push([key, this.#value(depth)]);
      if (!this.#takes(',') || this.#is('}')) return { kind: 'dict', entries, line };
      key = this.#value(depth);
    }
    throw this.#unexpected();
  }

  #items(closing: string, depth: number): PythonLiteral[] {
    const items: PythonLiteral[] = [];
    while (!this.#is(closing)) {
      items.push(this.#value(depth));
      if (!this.#takes(',')) break;
    }
    return items;
  }

  #is(mark: string): boolean {
    return this.#token.kind === 'mark' && this.#token.text === mark;
  }

  #takes(mark: string): boolean {
    const found = this.#is(mark);
    if (found) this.#advance();
    return found;
  }

  #advance(): Token {
    this.#token = nextToken(this.#text, this.#token, this.#open > 0);
    return this.#token;
  }

  #unexpected(): NotALiteral {
    const token = this.#token;
    const what = {
      end: 'the text ends',
      newline: 'the line ends',
      string: 'a string stands',
      number: 'a number stands',
      name: '',
      mark: '',
    }[token.kind];
    const said = 'text' in token ? `"${shorten(token.text)}" stands` : what;
    return new NotALiteral(token.line, `${said} where no literal allows it`);
  }
}

function requireHashable(key: PythonLiteral): void {
  if (key.kind === 'list' || key.kind === 'dict' || key.kind === 'set')
    throw new NotALiteral(key.line, `a ${key.kind} can't be a key`);
  if (key.kind === 'tuple') for (const item of key.items) requireHashable(item);
}

function linesIn(text: string): number {
  return text.split(/\r\n|\r|\n/).length;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
