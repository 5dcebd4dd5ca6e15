/** The rows of a CSV file (RFC 4180), each with the line that it begins in. Empty lines are no rows. */
export function readCsv(text: string): { cells: string[]; line: number }[] {
  const rows: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let line = 1;
  let begun = 1;
  for (const [, quoted, plain, end = ''] of text.replace(/^\ufeff/, '').matchAll(CELL)) {
    const cell = quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"');
    cells.push(cell);
    line += countLines(quoted ?? '');
    if (end === ',') continue;
    line += 1;
    if (cells.some((each) => each !== '')) rows.push({ cells, line: begun });
    cells = [];
    begun = line;
    if (end === '') break;
  }
  return rows;
}

const CELL = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n|\r|\n|$)/g;

function countLines(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}
