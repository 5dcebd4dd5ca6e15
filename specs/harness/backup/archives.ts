import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Header, pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** A plain dump as small as one can be. */
export function plainDump({ version = '17.11', body = 'SELECT 1;' } = {}): string {
  return [
    '--\n-- PostgreSQL database dump\n--\n',
    '\\restrict AbCd12\n',
    `-- Dumped from database version ${version} (Debian)`,
    `-- Dumped by pg_dump version ${version} (Debian)\n`,
    body,
    '\n--\n-- PostgreSQL database dump complete\n--\n',
    '\\unrestrict AbCd12\n\n',
  ].join('\n');
}

/** Writes a zip of these files, not compressed so that single bytes can be changed. */
export async function writeZip(
  path: string,
  files: Record<string, string | { text: string; mode: number }>,
): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    const { text, mode } = typeof content === 'string' ? { text: content, mode: 0o100644 } : content;
    zip.addBuffer(Buffer.from(text), name, { compress: false, mode });
  }
  zip.end();
  await pipeline(zip.outputStream as NodeJS.ReadableStream, createWriteStream(path));
  return path;
}

export async function writeTar(
  path: string,
  entries: (Partial<Header> & { name: string; text?: string })[],
): Promise<string> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  await pipeline(tar, createWriteStream(path));
  return path;
}

/** Replaces bytes by as many others, wherever they occur. */
export function patched(content: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error('a patch keeps the length');
  if (!content.includes(from)) throw new Error(`nothing to patch: ${from}`);
  return Buffer.from(content.toString('latin1').replaceAll(from, to), 'latin1');
}

export async function writePatched(path: string, content: Buffer, from: string, to: string): Promise<string> {
  await writeFile(path, patched(content, from, to));
  return path;
}
