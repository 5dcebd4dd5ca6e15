import { stripVTControlCharacters } from 'node:util';

/** The first line of `text` without e-mail addresses, quoted values and long numbers, at most 200 characters. */
export function maskValues(text: string): string {
  const masked = firstLine(text)
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '…@…')
    .replace(/"[^"]*"|'[^']*'|`[^`]*`|«[^»]*»|“[^”]*”/g, '"…"')
    .replace(/\+?\d[\d ().-]{3,}\d/g, '…');
  return masked.length > 200 ? `${masked.slice(0, 199)}…` : masked;
}

/** The first line, without a terminal's colours. */
export function firstLine(text: string): string {
  return stripVTControlCharacters(text).trim().split('\n')[0] ?? '';
}
