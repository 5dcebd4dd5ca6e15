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

function pdf(content: string, more = ''): Buffer {
  const stream = deflateSync(Buffer.from(content));
  return Buffer.concat([
    Buffer.from(`%PDF-1.4\n4 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode ${more} >>\nstream\n`),
    stream,
    Buffer.from('\nendstream\nendobj\n%%EOF\n'),
  ]);
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
    ['a PDF', () => pdf(`BT /F1 12 Tf (${NAME}) Tj ET`)],
    ['a PDF that spaces its letters', () => pdf('BT [(In) 20 (grid) -250 (Ach) 4 (terberg)] TJ ET')],
  ])('%s', async (_title, make) => {
    expect(await scanned(await make())).toEqual({ found: true, read: 'read' });
  });
});

describe('a file that can not be read to the end is told', () => {
  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['an encrypted PDF', () => Buffer.from('%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\n')],
    ['a PDF of glyphs', () => Buffer.from('%PDF-1.4\n5 0 obj << /Encoding /Identity-H >> endobj\n')],
    [
      'a damaged PDF',
      () => Buffer.from('%PDF-1.4\n4 0 obj << /Filter /FlateDecode >>\nstream\nnot deflated\nendstream\n'),
    ],
    ['a damaged zip', () => Buffer.from('PK\x03\x04 and no more')],
    ['a damaged gzip', () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
    ['an old Word document', () => Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['an archive within an archive', async () => zip({ 'a.zip': await zip({ 'a.txt': NAME }) })],
  ])('%s', async (_title, make) => {
    expect((await scanned(await make())).read).toBe('unread');
  });
});
