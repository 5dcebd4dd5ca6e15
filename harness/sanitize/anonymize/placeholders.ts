import { createHash } from 'node:crypto';

const base64 = (text: string) => Buffer.from(text, 'base64');
const text = (content: string) => Buffer.from(content, 'utf8');
const REMOVED = 'This file was removed when the copy was anonymized.\n';

/** The smallest files that programs open without complaint. */
const PLACEHOLDERS: Readonly<Record<string, Buffer>> = {
  'image/png': base64('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC'),
  'image/gif': base64('R0lGODdhAQABAIAAAAAAAAAAACwAAAAAAQABAAAIBAABBAQAOw=='),
  'image/jpeg': base64(
    `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP${'/'.repeat(86)}wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z`,
  ),
  'image/webp': base64('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAUAmJaQAA3AA/vz0AAA='),
  'image/svg+xml': text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n'),
  'application/pdf': onePage(),
  'application/xml': text('<removed/>\n'),
  'text/xml': text('<removed/>\n'),
  'application/json': text('{}\n'),
  'text/html': text(`<p>${REMOVED.trim()}</p>\n`),
  'text/csv': text('removed\n'),
  'text/calendar': text('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//removed//EN\r\nEND:VCALENDAR\r\n'),
  // An archive without an entry.
  'application/zip': base64('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=='),
  'text/plain': text(REMOVED),
};

/** Rows of mimetype, content, SHA-1 and size; every other type becomes plain text. */
export function placeholdersSql(): string {
  const rows = Object.entries(PLACEHOLDERS).map(([mimetype, content]) => {
    const checksum = createHash('sha1').update(content).digest('hex');
    return `('${mimetype}', '\\x${content.toString('hex')}'::bytea, '${checksum}', ${content.length})`;
  });
  return `SELECT * FROM (VALUES ${rows.join(', ')}) each (mimetype, content, checksum, size)`;
}

/** A PDF with one empty page (ISO 32000-1, 7.5). */
function onePage(): Buffer {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj${object}endobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  file += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
