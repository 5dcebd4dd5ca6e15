import { NotALiteral } from './not-a-literal.ts';
import { unescapeString } from './python-escapes.ts';

/** Where a token ends, and the line that this is in. */
interface Place {
  end: number;
  line: number;
}

export interface StringToken extends Place {
  kind: 'string';
  value: string;
  bytes: boolean;
  formatted: boolean;
  /** The line that the text after it is in: a string may have many. */
  endLine: number;
}

/** `line` is the one that the token begins in. */
export type Token =
  | StringToken
  | (Place & { kind: 'number'; value: number | bigint; imaginary: boolean })
  | (Place & { kind: 'name' | 'mark'; text: string })
  | (Place & { kind: 'newline' | 'end' });

const STRING_START = /([A-Za-z]{0,2})('''|"""|'|")/y;
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy;
const NUMBER =
  /(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)?)[jJ]?/y;
const MARK = /\.\.\.|[()[\]{},:+-]|[^\s]/uy;
const LINE_END = /\r\n|\r|\n/y;

/** The token after `from`. Within brackets line ends are passed over. Throws `NotALiteral`. */
export function nextToken(text: string, from: Token | Place, inBrackets: boolean): Token {
  let at = from.end;
  let line = 'endLine' in from ? from.endLine : 'kind' in from && from.kind === 'newline' ? from.line + 1 : from.line;
  for (;;) {
    const character = text[at];
    if (character === undefined) return { kind: 'end', end: at, line };
    if (character === ' ' || character === '\t' || character === '\f') at += 1;
    else if (character === '#') at = lineEndAfter(text, at);
    else if (character === '\\' && /^[\r\n]/.test(text.slice(at + 1, at + 2))) {
      at += 1 + (matchAt(LINE_END, text, at + 1)?.length ?? 1);
      line += 1;
      if (at >= text.length) throw new NotALiteral(line, 'the text ends in a backslash');
    } else if (character === '\n' || character === '\r') {
      const end = at + (matchAt(LINE_END, text, at)?.length ?? 1);
      if (!inBrackets) return { kind: 'newline', end, line };
      at = end;
      line += 1;
    } else break;
  }
  return stringAt(text, at, line) ?? numberAt(text, at, line) ?? wordAt(text, at, line);
}

function lineEndAfter(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

function wordAt(text: string, at: number, line: number): Token {
  const name = matchAt(NAME, text, at);
  if (name !== undefined) return { kind: 'name', text: name, end: at + name.length, line };
  const mark = matchAt(MARK, text, at);
  if (mark === undefined) throw new NotALiteral(line, 'a space of a kind that Python does not know');
  return { kind: 'mark', text: mark, end: at + mark.length, line };
}

function numberAt(text: string, at: number, line: number): Token | undefined {
  const written = matchAt(NUMBER, text, at);
  if (written === undefined) return undefined;
  const end = at + written.length;
  if (/^[\p{L}\p{Nd}_]/u.test(text.slice(end, end + 2))) throw new NotALiteral(line, 'a number that is none');
  const imaginary = /j$/i.test(written);
  const digits = written.replaceAll('_', '').replace(/j$/i, '');
  if (/^0[xob]/i.test(digits) && imaginary) throw new NotALiteral(line, 'a number that is none');
  if (/^\d+$/.test(digits) || /^0[xob]/i.test(digits)) {
    if (/^0\d*[1-9]/.test(digits) && !imaginary && /^\d+$/.test(digits))
      throw new NotALiteral(line, 'a number that begins with 0');
    const exact = BigInt(/^\d+$/.test(digits) ? digits : digits.toLowerCase());
    const value = exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
    return { kind: 'number', value, imaginary, end, line };
  }
  return { kind: 'number', value: Number(digits), imaginary, end, line };
}

function stringAt(text: string, at: number, line: number): Token | undefined {
  STRING_START.lastIndex = at;
  const found = STRING_START.exec(text);
  if (found === null) return undefined;
  const [opened, written = '', quote = ''] = found;
  const prefix = written.toLowerCase();
  if (!/^(|r|u|b|f|t|br|rb|fr|rf|tr|rt)$/.test(prefix)) return undefined;
  const start = at + opened.length;
  const end = closingQuote(text, start, quote, line);
  const body = text.slice(start, end).replaceAll(/\r\n?/g, '\n');
  const bytes = prefix.includes('b');
  if (bytes && /[^\0-\x7f]/.test(body)) throw new NotALiteral(line, 'bytes hold a character that is not ASCII');
  return {
    kind: 'string',
    value: prefix.includes('r') ? body : unescapeString(body, bytes, line),
    bytes,
    formatted: /[ft]/.test(prefix),
    end: end + quote.length,
    line,
    endLine: line + body.split('\n').length - 1,
  };
}

/** A backslash takes the next character with it, in raw strings too. */
function closingQuote(text: string, start: number, quote: string, line: number): number {
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') {
      if (text[at + 1] === '\r' && text[at + 2] === '\n') at += 1;
      at += 1;
    } else if (quote.length === 1 && (character === '\n' || character === '\r')) break;
    else if (text.startsWith(quote, at)) return at;
  }
  throw new NotALiteral(line, 'a string is never closed');
}

/** What a sticky expression finds at a place. */
function matchAt(sticky: RegExp, text: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}
