import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkFields,
  type Entry,
  type EntryFields,
  GENESIS,
  humanLine,
  parseEntry,
  serialize,
} from '../../../deploy/history/entry.ts';
import { DIGEST, fields, linesOf, sha256 } from './sample-history.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const [LINE = ''] = linesOf([{}]);

const digest = fc.string().map(sha256);
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 5 });
const operator = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => text.length <= 128 && text.trim() === text && !/[|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text));
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    sequence: fc.nat(),
    previous: digest,
    at: fc
      .date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    version: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
    environment: fc.constantFrom('uat', 'prod', 'eu.prod-1'),
    status: fc.constantFrom('verified', 'refused', 'inconclusive', 'started', 'promoted', 'already-promoted'),
    operator,
    repository: fc.constantFrom('ghcr.io/acme/odoo', 'localhost:5000/odoo'),
    digest,
    from: fc.constantFrom('uat-v1', 'ghcr.io/acme/odoo:uat-v1'),
    to: fc.constantFrom('prod-v1', '[::1]:5000/odoo:prod-v1'),
    runIds: some(fc.uuid()),
    evidence: some(digest),
    verdict: digest,
    approvals: some(fc.stringMatching(/^[A-Za-z0-9+/=_.-]{8,40}$/)),
    attempt: fc.uuid(),
    detail: fc.constantFrom('target-taken', 'timeout'),
  },
  { requiredKeys: ['sequence', 'previous', 'at', 'version', 'environment', 'status', 'operator'] },
);

it('any entry is read back as it was', () => {
  fc.assert(fc.property(entry, (value) => void expect(parseEntry(bytes(serialize(value)))).toEqual(value)));
});

it('any entry is one line', () => {
  fc.assert(fc.property(entry, (value) => void expect(serialize(value)).not.toMatch(/[\r\n]/)));
});

it('its keys stand in one order, whatever order they were given in', () => {
  const reversed = Object.fromEntries(Object.entries(JSON.parse(LINE)).reverse()) as Entry;
  expect(serialize(reversed)).toBe(LINE);
});

it('the format is this one', () => {
  expect(LINE).toBe(
    `{"sequence":0,"previous":"${sha256('odoo-gate/history@1')}","at":"2026-01-01T00:00:00.000Z","version":"prod-v1.2.3",` +
      `"environment":"prod","status":"promoted","operator":"Jo Doe","repository":"ghcr.io/acme/odoo","digest":"${DIGEST}"}`,
  );
});

it('people read time, version, environment, status and operator', () => {
  const read = parseEntry(bytes(LINE));
  expect(read && humanLine(read)).toBe('2026-01-01T00:00:00.000Z | prod-v1.2.3 | prod | promoted | Jo Doe');
});

it('any text is an entry in its one spelling, or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
      const read = parseEntry(bytes(text));
      expect(read === undefined || serialize(read) === text).toBe(true);
    }),
  );
});

describe('no entry is', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'promoted'],
    ['null', 'null'],
    ['a list', '[]'],
    ['deeply nested', '['.repeat(60_000)],
    ['one with a space more', LINE.replace(':0,', ': 0,')],
    ['one with a carriage return', `${LINE}\r`],
    ['one after a byte order mark', `\u{feff}${LINE}`],
    ['one with a key given twice', LINE.replace('"status"', '"status":"failed","status"')],
    ['one with an unknown key', LINE.replace('}', ',"note":"x"}')],
    ['one with __proto__', LINE.replace('}', ',"__proto__":{}}')],
    ['one with its keys in another order', LINE.replace(/("version":"[^"]*"),("environment":"prod")/, '$2,$1')],
    ['one that escapes what needs none', LINE.replace('Jo Doe', 'Jo\\u0020Doe')],
    ['one whose sequence is 1e0', LINE.replace(':0,', ':1e0,')],
    ['one whose sequence is -0', LINE.replace(':0,', ':-0,')],
    ['one whose sequence is 0.5', LINE.replace(':0,', ':0.5,')],
    ['one whose sequence is too large to count', LINE.replace(':0,', ':9007199254740993,')],
    ['one with a day that is none', LINE.replace('01-01T', '02-30T')],
    ['one without milliseconds', LINE.replace('.000Z', 'Z')],
    ['one of another time zone', LINE.replace('.000Z', '.000+02:00')],
    ['one with an unknown status', LINE.replace('promoted', 'approved')],
    ['one without operator', LINE.replace('"operator":"Jo Doe",', '')],
    ['one with an empty list', LINE.replace('}', ',"runIds":[]}')],
    ['one with null for a value', LINE.replace('}', ',"attempt":null}')],
  ])('%s', (_what, text) => {
    expect(parseEntry(bytes(text))).toBeUndefined();
  });

  it('one that is not UTF-8', () => {
    expect(parseEntry(Buffer.from(LINE.replace('Jo', 'J\u{f6}'), 'latin1'))).toBeUndefined();
  });
});

describe('a value is refused', () => {
  const UUID = '0b9e2a52-9a3f-4c56-8a7e-3d5a0d7a7b10';
  it.each<[string, Record<string, unknown>]>([
    ['a newline', { operator: 'Jo\nDoe' }],
    ['a separator of the human line', { operator: 'Jo | prod' }],
    ['an escape sequence of terminals', { operator: 'Jo\u{1b}[2K' }],
    ['an override of the reading direction', { operator: 'Jo\u{202e}eoD' }],
    ['an isolate of the reading direction', { operator: 'Jo\u{2066}Doe' }],
    ['a character of no width', { operator: 'Jo\u{200b}Doe' }],
    ["Unicode's own line separator", { operator: 'Jo\u{2028}Doe' }],
    ['half a surrogate pair', { operator: 'Jo\u{d800}' }],
    ['a NUL', { operator: 'Jo\0' }],
    ['spaces around a name', { operator: ' Jo' }],
    ['an empty name', { operator: '' }],
    ['a long name', { operator: 'J'.repeat(129) }],
    ['a tag that is none', { version: 'prod v1' }],
    ['a tag with a line break at its end', { version: 'prod-v1\n' }],
    ['an environment with a separator', { environment: 'prod|uat' }],
    ['a repository with a login in it', { repository: 'jo:secret@ghcr.io/acme/odoo' }],
    ['a source with a login in it', { from: 'jo:secret@ghcr.io/acme/odoo:uat-v1' }],
    ['a target that is no tag', { to: 'prod v1' }],
    ['a digest that is none', { digest: 'sha256:0' }],
    ['a run id in another spelling', { runIds: [UUID.toUpperCase()] }],
    ['a run id that is none', { runIds: ['1'] }],
    ['more run ids than a line holds', { runIds: Array(65).fill(UUID) }],
    ['an approval that is a sentence', { approvals: ['I approve this'] }],
    ['a sentence where a code belongs', { detail: 'The target is taken' }],
    ['a status that nobody knows', { status: 'approved' }],
    ['a field that nobody knows', { comment: 'x' }],
  ])('with %s', (_what, change) => {
    expect(() => checkFields({ ...fields(), ...change } as EntryFields)).toThrowError(
      expect.objectContaining({ code: 'history-entry', exitCode: 2 }),
    );
  });

  it('by the name of its field, and without the value', () => {
    const wrong = { ...fields(), repository: 'jo:secret@ghcr.io/acme/odoo' };
    expect(() => checkFields(wrong)).toThrowError(/repository/);
    expect(() => checkFields(wrong)).not.toThrowError(/secret/);
  });
});

it('names of any script are welcome', () => {
  for (const name of ['Zoë Müller', 'Łukasz', '山田太郎', 'יוסי', "D'Arcy", 'ci@example.com', 'bot[release]'])
    expect(checkFields(fields({ operator: name })).operator).toBe(name);
});

it('a history begins after a text that names its format', () => {
  expect(GENESIS).toBe(sha256('odoo-gate/history@1'));
});
