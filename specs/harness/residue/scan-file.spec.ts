import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import yazl from 'yazl';
import { scanFile } from '../../../harness/residue/scan-file.ts';
import { scannerWith } from './fingerprints-of.ts';

const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function zip(entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const [name, content] of Object.entries(entries)) file.addBuffer(Buffer.from(content), name);
  file.end();
  return buffer(file.outputStream as unknown as AsyncIterable<Buffer>);
}

/** A whole PDF of one page; `font` is what its one font is. */
function pdf(content: string, font = '/Type /Font /Subtype /Type1 /BaseFont /Helvetica', more: string[] = []): Buffer {
  const stream = deflateSync(Buffer.from(content));
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n${stream.toString('latin1')}\nendstream`,
    `<< ${font} >>`,
    ...more,
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer << /Root 1 0 R >>\n%%EOF\n`, 'latin1');
}

/** A font that numbers its glyphs in its own way, from 1 on; with a table of their letters it can be read. */
function numberedFont(letters: string): { content: string; font: string; more: string[]; table: string } {
  const numbers = [...letters].map((_, index) => (index + 1).toString(16).padStart(4, '0'));
  const rows = [...letters].map(
    (letter, index) => `<${numbers[index]}> <${letter.charCodeAt(0).toString(16).padStart(4, '0')}>`,
  );
  const table = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange
${rows.length} beginbfchar\n${rows.join('\n')}\nendbfchar endcmap end end`;
  return {
    content: `BT /F1 12 Tf 50 700 Td <${numbers.join('')}> Tj ET`,
    font: '/Type /Font /Subtype /Type0 /BaseFont /Numbered /Encoding /Identity-H /DescendantFonts [6 0 R]',
    more: [
      '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Numbered /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 7 0 R >>',
      '<< /Type /FontDescriptor /FontName /Numbered /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
    ],
    table: `<< /Length ${table.length} >>\nstream\n${table}\nendstream`,
  };
}

async function scanned(content: Buffer | string): Promise<{ found: boolean; read: string }> {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  let found = false;
  const scanner = scannerWith([['name', 'Ingrid Achterberg']], () => {
    found = true;
  });
  const { read } = await scanFile(scanner, path);
  return { found, read };
}

const NAME = 'Ingrid Achterberg';

describe('a value in a file is found', () => {
  test.each<[string, () => Buffer | string | Promise<Buffer>]>([
    ['text', () => `Sehr geehrte Frau ${NAME},`],
    ['CSV', () => 'id;first;last\n1;Ingrid;Achterberg\n'],
    ['HTML', () => `<td>${NAME}</td>`],
    [
      'the metadata of an image',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1]), Buffer.from(`\0Exif\0${NAME}\0`)]),
    ],
    ['a large text, across what is read at once', () => `${'x'.repeat(65_530)} ${NAME} ${'y'.repeat(100_000)}`],
    ['UTF-16', () => Buffer.from(`\ufeff${NAME}`, 'utf16le')],
    ['gzip', () => gzipSync(NAME)],
    ['a zip', () => zip({ 'a.txt': NAME })],
    ['the name of a file in a zip', () => zip({ 'Ingrid Achterberg.txt': 'x' })],
    [
      'a DOCX that cuts words into runs',
      () => zip({ 'word/document.xml': '<w:p><w:r><w:t>Ingrid Ach</w:t></w:r><w:r><w:t>terberg</w:t></w:r></w:p>' }),
    ],
    ['an XLSX', () => zip({ 'xl/sharedStrings.xml': `<sst><si><t>x</t></si><si><t>${NAME}</t></si></sst>` })],
    ['a PDF', () => pdf(`BT /F1 12 Tf 50 700 Td (${NAME}) Tj ET`)],
    [
      'a PDF that numbers its glyphs, with a table of their letters',
      () => {
        const { content, font, more, table } = numberedFont(NAME);
        return pdf(content, `${font} /ToUnicode 8 0 R`, [...more, table]);
      },
    ],
    [
      'the properties of a PDF',
      () => Buffer.from(pdf('').toString('latin1').replace('/Root', `/Info << /Author (${NAME}) >> /Root`), 'latin1'),
    ],
    [
      'a comment in a PDF',
      () =>
        Buffer.from(
          pdf('')
            .toString('latin1')
            .replace(
              '/Contents',
              '/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents <496E67726964204163687465726265726700> >>] /Contents',
            ),
          'latin1',
        ),
    ],
    [
      'a PDF that spaces its letters',
      () => pdf('BT /F1 12 Tf 50 700 Td [(In) 20 (grid) -250 (Ach) 4 (terberg)] TJ ET'),
    ],
  ])('%s', async (_title, make) => {
    expect(await scanned(await make())).toEqual({ found: true, read: 'read' });
  });
});

describe('a file that can not be read to the end is told', () => {
  test.each<[string, () => Buffer | Promise<Buffer>]>([
    [
      'a PDF that is encrypted under a password',
      () =>
        Buffer.from(
          pdf('')
            .toString('latin1')
            .replace(
              '/Root',
              `/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'0'.repeat(64)}> /U <${'1'.repeat(64)}> >> /Root`,
            ),
          'latin1',
        ),
    ],
    [
      'a PDF that numbers its glyphs in its own way',
      () => {
        const { content, font, more } = numberedFont(NAME);
        return pdf(content, font, more);
      },
    ],
    [
      'a PDF with a damaged page',
      () =>
        Buffer.from(
          pdf('BT ET')
            .toString('latin1')
            .replace(/stream\n.../, 'stream\n???'),
          'latin1',
        ),
    ],
    ['a PDF without pages', () => Buffer.from('%PDF-1.4\n%%EOF\n')],
    ['a damaged zip', () => Buffer.from('PK\x03\x04 and no more')],
    ['a damaged gzip', () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
    ['an old Word document', () => Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['an archive within an archive', async () => zip({ 'a.zip': await zip({ 'a.txt': NAME }) })],
  ])('%s', async (_title, make) => {
    expect((await scanned(await make())).read).toBe('unread');
  });
});
