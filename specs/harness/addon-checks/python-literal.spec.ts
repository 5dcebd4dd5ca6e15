import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotALiteral } from '../../../harness/addon-checks/not-a-literal.ts';
import { type PythonLiteral, parsePythonLiteral } from '../../../harness/addon-checks/python-literal.ts';

/** What a literal would be in JavaScript; a dict is its entries, a tuple or set says which it is. */
function plain(literal: PythonLiteral): unknown {
  switch (literal.kind) {
    case 'dict':
      return { dict: literal.entries.map(([key, value]) => [plain(key), plain(value)]) };
    case 'list':
      return literal.items.map(plain);
    case 'tuple':
    case 'set':
      return { [literal.kind]: literal.items.map(plain) };
    case 'bytes':
      return { bytes: literal.value };
    case 'complex':
      return { complex: literal.text };
    case 'none':
      return null;
    case 'ellipsis':
      return '…';
    default:
      return literal.value;
  }
}

describe('a literal of Python', () => {
  it.each<[string, unknown]>([
    ['{}', { dict: [] }],
    [
      "{'a': [1, 2,], 'b': (),}",
      {
        dict: [
          ['a', [1, 2]],
          ['b', { tuple: [] }],
        ],
      },
    ],
    ['(1,)', { tuple: [1] }],
    ['(1)', 1],
    ['1, 2', { tuple: [1, 2] }],
    ["{'a', 'b'}", { set: ['a', 'b'] }],
    ['True', true],
    ['[False, None, ...]', [false, null, '…']],
    ['\'a\' "b"\n', 'ab'],
    ["('a'\n # between\n 'b')", 'ab'],
    ['"""a\n"b" \\""""', 'a\n"b" "'],
    ["r'\\d\\''", "\\d\\'"],
    ["u'\\u00e9\\x41\\101\\n\\q'", 'éAA\n\\q'],
    ["'a\\\nb'", 'ab'],
    ["b'\\x41' b'b'", { bytes: 'Ab' }],
    ["Rb'\\x'", { bytes: '\\x' }],
    ['-1', -1],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b101', 5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['-2.5E-1', -0.25],
    ['12345678901234567890', 12345678901234567890n],
    ['1-2j', { complex: '1-2j' }],
    ['  {"a": 1}', { dict: [['a', 1]] }],
    ['# -*- coding: utf-8 -*-\n\n{\t"a":\f1} # end\n\n', { dict: [['a', 1]] }],
    ['{\r\n"a": 1}\r\n', { dict: [['a', 1]] }],
    ['[1, \\\n2]', [1, 2]],
  ])('%j', (text, value) => {
    expect(plain(parsePythonLiteral(text))).toEqual(value);
  });

  it('knows the line that each part begins in', () => {
    const literal = parsePythonLiteral('# first\n{\n "a": """x\ny""",\n "b": [\n  1],\n}');
    const lines = literal.kind === 'dict' ? literal.entries.map(([key, value]) => [key.line, value.line]) : [];
    expect(lines).toEqual([
      [3, 3],
      [5, 5],
    ]);
  });
});

describe('what is none', () => {
  it.each<[string, string, number]>([
    ['', 'the text ends', 1],
    ['{"a": 1', 'never closed', 1],
    ['{\n"a": [1, 2\n}', '"}" stands where', 3],
    ['{"a": "b}', 'a string is never closed', 1],
    ['{"a":\n"""b}', 'a string is never closed', 2],
    ['{"a" 1}', 'a number stands where', 1],
    ['{"a": 1,, }', '"," stands where', 1],
    ['{"a": 1} {}', '"{" stands where', 1],
    ['{"a": 1}\n{}', '"{" stands where', 2],
    ['{"a": version}', '"version" would have to be run', 1],
    ['{"a": __import__("os").system("x")}', '"__import__" would have to be run', 1],
    ['dict(a=1)', '"dict" would have to be run', 1],
    ['{"a": "b" + "c"}', '"+" stands where', 1],
    ['{"a": "b" % 1}', '"%" stands where', 1],
    ['{"a": 1 + 2}', 'a sum would have to be run', 1],
    ['{"a": --1}', '"-" stands where', 1],
    ['{"a": f"b"}', 'an f-string would have to be run', 1],
    ['{"a": b"b" "c"}', 'bytes and text stand side by side', 1],
    ['{"a": b"é"}', 'not ASCII', 1],
    ['{"a": [x for x in y]}', '"x" would have to be run', 1],
    ['{**{}}', '"*" stands where', 1],
    ['{[]: 1}', "a list can't be a key", 1],
    ['{{}, 1}', "a dict can't be a key", 1],
    ['{"a": 1, "b"}', '"}" stands where', 1],
    ['{"a", "b": 1}', '":" stands where', 1],
    ['01', 'begins with 0', 1],
    ['1abc', 'a number that is none', 1],
    ['"\\x4"', 'an escape that is none', 1],
    ['"\\U00110000"', 'an escape that is none', 1],
    ['"\\N{DASH}"', 'write the character itself', 1],
    ['\ufeff{}', 'of a kind that Python does not know', 1],
    ['{\u00a0}', 'of a kind that Python does not know', 1],
    ['# a\n  {}', 'indented', 2],
    ['{}\n    ', 'the last line has blanks and no end', 2],
    ['{}\\\n', 'ends in a backslash', 2],
    ['"a\nb"', 'a string is never closed', 1],
  ])('%j', (text, message, line) => {
    const error = caught(() => parsePythonLiteral(text));
    expect(error).toBeInstanceOf(NotALiteral);
    expect(error).toMatchObject({ line, message: expect.stringContaining(message) });
  });
});

it('brackets without end are no endless recursion', () => {
  expect(() => parsePythonLiteral('['.repeat(100_000))).toThrow('nested too deep');
});

describe('whatever comes', () => {
  const character = fc
    .integer({ min: 0, max: 0x10ffff })
    .map((code) => String.fromCodePoint(code))
    .filter((each) => each.isWellFormed());
  const anyText = fc.string({ unit: fc.oneof(fc.constantFrom(...'\'"\\\n\r\t\0 é'), character) });
  const scraps = fc.constantFrom(
    ...['{', '}', '[', ']', '(', ')', ',', ':', "'", '"', '"""', '\\', '\n', '\r', '#', ' ', '-', '+', '.', '...'],
    ...['a', 'True', 'None', '1', '0x', 'e', 'j', '_', 'b', 'f', 'r', '\\x', '\\N{', '\ufeff', '\0', 'é', '\u2028'],
  );

  it('is read, or told to be none', () => {
    const text = fc.oneof(
      anyText,
      fc.array(scraps, { maxLength: 40 }).map((each) => each.join('')),
    );
    fc.assert(
      fc.property(text, (each) => {
        const error = caught(() => parsePythonLiteral(each));
        expect(error === undefined || error instanceof NotALiteral).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("that Python's repr wrote reads as what it was", () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        anyText,
        fc.integer(),
        fc.bigInt().filter((each) => !Number.isSafeInteger(Number(each))),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.array(tie('value'), { maxLength: 4 }).map((tuple) => ({ tuple })),
        fc.array(fc.tuple(anyText, tie('value')), { maxLength: 4 }).map((dict) => ({ dict })),
      ),
    }));
    fc.assert(
      fc.property(value, (each) => {
        expect(plain(parsePythonLiteral(repr(each)))).toEqual(each);
      }),
    );
  });
});

/** What `repr` of CPython 3 writes. */
function repr(value: unknown): string {
  if (typeof value === 'string') return reprText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (typeof value === 'number') return reprNumber(value);
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  const { tuple, dict } = value as { tuple?: unknown[]; dict?: [unknown, unknown][] };
  if (tuple !== undefined) return `(${tuple.map(repr).join(', ')}${tuple.length === 1 ? ',' : ''})`;
  return `{${(dict ?? []).map(([key, each]) => `${repr(key)}: ${repr(each)}`).join(', ')}}`;
}

function reprNumber(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  return Number.isSafeInteger(value) || /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
}

/** Single quotes, unless these alone are in it; what can't be printed is escaped. */
function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, (character) => {
    const short = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', [quote]: `\\${quote}` }[character];
    if (short !== undefined) return short;
    if (character === ' ' || /[^\p{C}\p{Z}]/u.test(character)) return character;
    const code = (character.codePointAt(0) ?? 0).toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
  });
  return `${quote}${body.join('')}${quote}`;
}

function caught(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
