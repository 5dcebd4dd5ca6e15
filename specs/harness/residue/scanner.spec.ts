import { describe, expect, test } from 'vitest';
import type { Kind } from '../../../harness/residue/fingerprint.ts';
import { scannerFor } from './fingerprints-of.ts';

const PERSON: [Kind, string][] = [
  ['name', 'Jürgen Großmann'],
  ['name', 'Łukasz Iwaszkiewicz'],
  ['name', "Siobhán O'Hara-Müller"],
  ['name', '田中太郎'],
  ['name', 'Nordwind Handel und Logistik GmbH & Co. KG'],
  ['name', 'Grauwasser'],
  ['street', 'Rua das Amoreiras 33'],
  ['email', 'K.Lindqvist77@Nordwind-Handel.de'],
  ['phone', '+49 (0)4131 770012'],
  ['phone', '(212) 736-5000'],
  ['account', 'DE89 3704 0044 0532 0130 00'],
  ['tax-id', 'DE 811 223 301'],
  ['tax-id', 'CHE-123.456.788 MWST'],
  ['identity', 'C01X00T47'],
];
const find = scannerFor(PERSON);

describe('a value is found', () => {
  test.each([
    ['as it was', 'Jürgen Großmann', ['name']],
    ['in upper case', 'JÜRGEN GROSSMANN', ['name']],
    ['without accents', 'Jurgen Grossmann', ['name']],
    ['with its umlauts spelled out', 'Juergen Großmann', ['name']],
    ['with combining accents', 'Ju\u0308rgen Großmann', ['name']],
    ['with its family name first', 'Großmann, Jürgen', ['name']],
    ['across spaces and lines', 'Jürgen \n\t Großmann', ['name']],
    ['with a no-break space', 'Jürgen\u00a0Großmann', ['name']],
    ['inside a longer text', '<p>Sehr geehrter Herr Jürgen Großmann, Ihre …</p>', ['name']],
    ['with tags between', '<b>Jürgen</b><br/><strong>Großmann</strong>', ['name']],
    ['with HTML entities', 'J&uuml;rgen&nbsp;Gro&szlig;mann', ['name']],
    ['with numbered HTML entities', 'J&#252;rgen Gro&#xDF;mann', ['name']],
    ['with HTML entities escaped twice', 'J&amp;uuml;rgen Gro&amp;szlig;mann', ['name']],
    ['behind an escaped NUL, which a json column may hold', '{"a":"\\u0000Jürgen Großmann\\u0000"}', ['name']],
    ['in a URL', '/contact?name=J%C3%BCrgen%20Gro%C3%9Fmann&x=1', ['name']],
    ['with letters of another alphabet', 'lukasz IWASZKIEWICZ', ['name']],
    ['with apostrophe and hyphen', 'SIOBHAN O\u2019HARA MULLER', ['name']],
    ['in a script without spaces', '担当者は田中太郎です', ['name']],
    ['by its first words, when it is long', 'An Nordwind Handel und Logistik GmbH & Co.', ['name']],
    ['as a street', 'RUA DAS AMOREIRAS, 33', ['street']],
    ['as an address', 'Von: "J" <k.lindqvist77@nordwind-handel.de>.', ['email']],
    ['as an address in capitals', 'K.LINDQVIST77@NORDWIND-HANDEL.DE', ['email']],
    ['as an address in a link', 'mailto:k.lindqvist77%40nordwind-handel.de?subject=x', ['email']],
    ['as an escaped address', '&lt;k.lindqvist77&#64;nordwind-handel.de&gt;', ['email']],
    ['as a phone from abroad', 'Tel.: 0049 4131 770012', ['phone']],
    ['as a phone at home', 'Durchwahl 04131/77 00-12.', ['phone']],
    ['as a phone beside other numbers', '2024 04131 770012 17', ['phone']],
    ['as a phone in one piece', '"+494131770012"', ['phone']],
    ['as a phone with dots', '212.736.5000', ['phone']],
    ['as a phone with the calling code that it lacked', '+1 212 736 5000', ['phone']],
    ['as an IBAN in one piece', 'IBAN:DE89370400440532013000;', ['account']],
    ['as an IBAN in lower case and groups', 'de89-3704-0044-0532-0130-00', ['account']],
    ['as a VAT number', 'USt-IdNr. DE811223301', ['tax-id']],
    ['as a VAT number with letters behind', 'CHE123456788', ['tax-id']],
    ['as the number of a passport', 'Pass c01x00t47', ['identity']],
  ])('%s', (_title, text, kinds) => {
    expect(find(text)).toEqual(kinds);
  });

  test.each([
    ['with escapes', '{"note": "\\nJ\\u00fcrgen Gro\\u00dfmann\\n"}', ['name']],
    ['after an escape', '{"to": "a\\nk.lindqvist77@nordwind-handel.de"}', ['email']],
    ['as JSON within JSON', '{"x": "{\\"n\\": \\"J\\\\u00fcrgen\\\\nGro\\\\u00dfmann\\"}"}', ['name']],
    ['as a key', '{"Jürgen Großmann": 1}', ['name']],
    ['in an array', '{"Jürgen Großmann",x}', ['name']],
  ])('in JSON %s', (_title, text, kinds) => {
    expect(find(text, true)).toEqual(kinds);
  });

  test('in plain text that has backslashes of its own', () => {
    expect(find('DOMAIN\\nJürgen Großmann')).toEqual(['name']);
    expect(scannerFor([['name', 'Nora Fontanelle']])('CORP\\Nora Fontanelle')).toEqual(['name']);
    expect(scannerFor([['name', 'nora fontanelle']])('corp\\nora fontanelle')).toEqual(['name']);
  });

  test('among bytes that are no text', () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xe1, 0, 200]),
      Buffer.from('Jürgen Großmann'),
      Buffer.from([0xc3]),
    ]);
    expect(find(bytes)).toEqual(['name']);
  });
});

describe('a value that says little', () => {
  test('is weak: one word', () => expect(find('Grauwasser')).toEqual(['name?']));
  test('is weak: digits in one piece within a text', () => expect(find('Nr. 2127365000 vom')).toEqual(['phone?']));
  test('is strong when it is the whole value', () => expect(find('2127365000')).toEqual(['phone']));
});

describe('what is another value is not found', () => {
  test.each([
    ['half a name', 'Jürgen Meier, Anna Großmann'],
    ['a name with a word between', 'Jürgen von Großmann'],
    ['a longer word', 'Jürgen Großmannstraße'],
    ['a longer address', 'xk.lindqvist77@nordwind-handel.de'],
    ['an address at a longer domain', 'k.lindqvist77@nordwind-handel.de.example'],
    ['a longer number', '+49 4131 7700123'],
    ['another number', '+49 4131 770013'],
    ['an account with another digit', 'DE89370400440532013001'],
    ['nothing', ''],
  ])('%s', (_title, text) => {
    expect(find(text)).toEqual([]);
  });

  test('a moment that has the digits of a phone', () => {
    const dated = scannerFor([['phone', '(202) 401-0110']]);
    expect(dated('2024-01-01 10:00:00')).toEqual([]);
    expect(dated('202-401-0110')).toEqual(['phone']);
  });

  test('addresses that are nobody’s have no fingerprint', () => {
    expect(() =>
      scannerFor([
        ['email', 'anna@example.com'],
        ['email', 'a@b.test'],
      ])('anna@example.com'),
    ).not.toThrow();
    expect(
      scannerFor([
        ['email', 'anna@example.com'],
        ['name', 'Some Body'],
      ])('anna@example.com'),
    ).toEqual([]);
  });
});
