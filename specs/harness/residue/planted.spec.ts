import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kind } from '../../../harness/residue/fingerprint.ts';
import { STRETCH, scanStream } from '../../../harness/residue/scan-stream.ts';
import { scannerFor, scannerWith } from './fingerprints-of.ts';

const VALUES: [Kind, string][] = [
  ['name', 'Jürgen Großmann'],
  ['name', 'Nordwind Handel und Logistik GmbH'],
  ['name', '田中太郎'],
  ['street', 'Rua das Amoreiras 33'],
  ['email', 'k.lindqvist77@nordwind-handel.de'],
  ['phone', '+49 (0)4131 770012'],
  ['account', 'DE89 3704 0044 0532 0130 00'],
  ['tax-id', 'CHE-123.456.788 MWST'],
];

/** Ways to write them, each with what it has to be found as. */
const WRITTEN: [Kind, string][] = [
  ...VALUES,
  ['name', 'JUERGEN GROSSMANN'],
  ['name', 'Großmann,\tJürgen'],
  ['name', 'Ju\u0308rgen Gro&szlig;mann'],
  ['name', '<b>Jürgen</b> J%C3%BCrgen%20Gro%C3%9Fmann'],
  ['name', 'NORDWIND HANDEL UND\r\nLOGISTIK GMBH'],
  ['email', 'K.Lindqvist77&#64;Nordwind-Handel.DE'],
  ['phone', '0049 4131 77 00-12'],
  ['phone', '04131/770012'],
  ['account', 'de89370400440532013000'],
  ['tax-id', 'CHE123456788'],
];

const written = fc.constantFrom(...WRITTEN);
/** What texts, markup, JSON and bytes that are no text are made of. */
const around = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<p>',
      '</b>',
      '<a href="',
      '&nbsp;',
      '&amp;',
      '&#',
      '%',
      '%20',
      '\\',
      '\\n',
      '\\u00',
      '@',
      'x@',
      '+',
      '0',
      '00',
      '17 04',
      'Jürgen',
      'Nordwind Handel',
      '\0',
      '"',
    ),
  ),
  { maxLength: 12 },
);

test('whatever stands around it', () => {
  const find = scannerFor(VALUES);
  fc.assert(
    fc.property(around, written, around, fc.boolean(), (before, [kind, value], after, json) => {
      expect(find(`${before.join('')} ${value} ${after.join('')}`, json)).toContain(kind);
    }),
    { numRuns: 1_000 },
  );
});

test('however letters and capitals are mixed', () => {
  const find = scannerFor([['name', 'Siobhan Achterberg']]);
  fc.assert(
    fc.property(fc.mixedCase(fc.constant('siobhan achterberg')), (value) => {
      expect(find(value)).toEqual(['name']);
    }),
  );
});

test('wherever what is read piece by piece is cut', async () => {
  let found: number[] = [];
  const scanner = scannerWith(VALUES, (kind) => found.push(kind));
  const sizes = fc.constantFrom(STRETCH, STRETCH / 2, STRETCH / 64);
  const filler = fc.constantFrom('x ', 'wort\n', 'x', '<p>', 'ü ');
  await fc.assert(
    fc.asyncProperty(written, fc.integer({ min: 1, max: 60 }), sizes, filler, async ([, value], within, size, fill) => {
      found = [];
      const before = Buffer.alloc(STRETCH - within, fill);
      const bytes = Buffer.concat([before, Buffer.from(` ${value} `), Buffer.alloc(3_000, fill)]);
      await scanStream(scanner, pieces(bytes, size));
      expect(found.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

test('a piece of a longer word that ends where a piece ends is none', async () => {
  let found = 0;
  const scanner = scannerWith(VALUES, () => {
    found += 1;
  });
  const name = Buffer.from(' Jürgen Großmann');
  const text = Buffer.concat([Buffer.alloc(STRETCH - name.length, 'x'), name, Buffer.from('straße')]);
  await scanStream(scanner, pieces(text, STRETCH));
  expect(found).toBe(0);
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
