import { stripVTControlCharacters } from 'node:util';

const LONGEST = 200;

/**
 * What may be shown of a text that can quote data: its first line without e-mail addresses, quoted values, Postgres'
 * `(column)=(value)` and numbers of five digits or more, at most 200 characters. Durations and the names of modules,
 * models, tables and their fields stay; a quote that is not closed is masked to the end of the line. Values that nothing
 * sets apart from the words around them can't be told, and stay.
 */
export function maskValues(text: string): string {
  const masked = firstLine(text)
    // Long texts come from outside: no expression below may get slow on them.
    .slice(0, 10 * LONGEST)
    .replace(/[^\s<>()[\]",;]+@[^\s<>()[\]",;]+/g, '…@…')
    .replace(/=\(.*?\)(?=\W|$)/g, '=(…)')
    // An apostrophe within a word opens nothing and closes nothing.
    .replace(/"[^"]*("|$)|`[^`]*(`|$)|«[^»]*(»|$)|“[^”]*(”|$)|(?<!\w)'(.*?'(?!\w)|.*$)/g, (quoted, ...more) => {
      const [offset, whole] = more.slice(-2) as [number, string];
      return namesCode(quoted, whole.slice(0, offset)) ? quoted : '"…"';
    })
    .replace(/(?<!\d)\+?\d[\d ().-]{3,}\d(?!\d|m?s\b)/g, '…');
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST - 1)}…` : masked;
}

/** `module "crm"`: what such a word introduces is a name in code, if it looks like one. */
function namesCode(quoted: string, before: string): boolean {
  return (
    /\b(module|model|field|table|column|relation)s? $/i.test(before) && /^["'`][a-z_][a-z0-9_.]*["'`]$/.test(quoted)
  );
}

/** The first line that is not empty, without a terminal's colours. */
export function firstLine(text: string): string {
  return (
    stripVTControlCharacters(text)
      .trim()
      .split(/\r?\n|\r/)[0] ?? ''
  );
}
