import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstLine, maskValues } from '../../harness/masking.ts';

test.each([
  ['mail to jane.doe+x@example.co.uk failed', 'mail to …@… failed'],
  ['mail to jane@localhost failed', 'mail to …@… failed'],
  ['at https://jane:secret@example.com/x', 'at …@…'],
  ['no partner "Jane Doe" here', 'no partner "…" here'],
  ["no partner 'Jane Doe' here", 'no partner "…" here'],
  ["no partner 'Jane O'Brien' here", 'no partner "…" here'],
  ['no partner “Jane Doe” here', 'no partner "…" here'],
  ['no partner «Jane Doe» here', 'no partner "…" here'],
  ['no partner `Jane Doe` here', 'no partner "…" here'],
  ['a quote "Jane Doe that nobody closes', 'a quote "…"'],
  ["a quote 'Jane Doe\nthat the next line closes'", 'a quote "…"'],
  ["it can't be, the server's gone", "it can't be, the server's gone"],
  ['Key (login)=(jane doe) already exists.', 'Key (login)=(…) already exists.'],
  ['Key (a, b)=(jane (x), 2) exists', 'Key (a, b)=(…), 2) exists'],
  ['module "sale_stock" needs module \'stock\'', 'module "sale_stock" needs module \'stock\''],
  ['relation "res_partner" has no column "Jane Doe"', 'relation "res_partner" has no column "…"'],
  ['call +44 20 7946 0958 now', 'call … now'],
  ['card 4111111111111111', 'card …'],
  ['zip 21337', 'zip …'],
  ['account DE89 3704 0044 0532 0130 00', 'account DE…'],
  ['first line\nReceived: Jane Doe', 'first line'],
  ['first line\rReceived: Jane Doe', 'first line'],
  ['\n\nsecond line', 'second line'],
  ['\u001b[31mred\u001b[39m words', 'red words'],
  ['Timeout 15000ms exceeded, 150000ms in all', 'Timeout 15000ms exceeded, 150000ms in all'],
  ['sale_order.py:12 in 19.0', 'sale_order.py:12 in 19.0'],
  ['x'.repeat(500), `${'x'.repeat(199)}…`],
  ['', ''],
])('%j leaves as %j', (text, masked) => {
  expect(maskValues(text)).toBe(masked);
});

const word = fc.stringMatching(/^[a-z]{3,12}$/);

test('no quoted value leaves, whatever stands around it', () => {
  fc.assert(
    fc.property(word, word, fc.constantFrom('"', "'", '`'), (before, secret, quote) => {
      fc.pre(!before.includes(secret));
      expect(maskValues(`${before} ${quote}${secret} ${secret}${quote} ${before}`)).not.toContain(secret);
    }),
  );
});

test('no e-mail address leaves', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.string(), (address, around) => {
      expect(maskValues(`${around} ${address}`)).not.toContain(address);
    }),
  );
});

test('what is masked is one line of at most 200 characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      expect(maskValues(text)).toMatch(/^[^\n\r]{0,200}$/u);
    }),
  );
});

test('the first line of nothing is empty', () => {
  expect(firstLine('')).toBe('');
});
