import { forEachLine } from './byte-lines.ts';
import { MOST_LINES } from './line-hits.ts';
import { type Coverage, CoverageBuilder, emptyFile, type FileCoverage } from './model.ts';
import { type CoverageReportError, contradictory, malformed, truncated } from './report-error.ts';

/** `SF:` to `end_of_record`: one file as one test run saw it. */
interface Record {
  name: string;
  startedAt: number;
  file: FileCoverage;
  /** `LF`: how many lines the record says it holds. */
  found?: number;
  /** `LH`: how many of them it says were hit. */
  hit?: number;
}

/**
 * Reads an LCOV tracefile (the geninfo manual page describes the format) as a stream. A file may come in several
 * records: they are united. Functions are not counted. Each record must agree with its own LF and LH.
 *
 * @throws CoverageReportError if it is cut off, malformed, or contradicts itself
 */
export async function readLcov(path: string): Promise<Coverage> {
  const coverage = new CoverageBuilder();
  let record: Record | undefined;
  let number = 0;

  const keyword = (line: string): void => {
    if (line.startsWith('SF:')) {
      if (record !== undefined) throw unfinished(path, record);
      if (line.length === 3) throw malformed(path, `line ${number}: a record without a file name`);
      record = { name: line.slice(3), startedAt: number, file: emptyFile() };
    } else if (line === 'end_of_record') {
      if (record === undefined) throw malformed(path, `line ${number}: the end of a record that never began`);
      agreesWithItself(path, record);
      coverage.add(record.name, record.file);
      record = undefined;
    } else if (line.startsWith('DA:')) {
      if (record === undefined) throw malformed(path, `line ${number}: a line of code outside any file`);
      const [, at, hits, checksum] = /^DA:([1-9]\d*),(\d+)(?:,(.*))?$/.exec(line) ?? [];
      if (at === undefined || hits === undefined || !record.file.lines.add(Number(at), Number(hits))) {
        throw malformed(path, `line ${number}: DA must be a line from 1 to ${MOST_LINES} and hits from 0 up`);
      }
      if (checksum !== undefined && checksum !== '') record.file.checksums.set(Number(at), checksum);
    } else if (line.startsWith('BRDA:')) {
      throw malformed(path, `line ${number}: BRDA must be within a file, and have a line and hits`);
    } else if (record !== undefined && /^L[FH]:/.test(line)) {
      const [, which, value] = /^L([FH]):(\d+)$/.exec(line) ?? [];
      if (value === undefined) throw malformed(path, `line ${number}: LF and LH must be counts`);
      record[which === 'F' ? 'found' : 'hit'] = Number(value);
    } else if (line !== '' && !/^(?:[A-Z]{2,8}\d?:|#)/.test(line)) {
      throw malformed(path, `line ${number} is not LCOV`);
    }
  };

  const whole = await forEachLine(path, (bytes, start, end) => {
    number += 1;
    if (record !== undefined && addPlainLine(record.file, bytes, start, end)) return;
    const text = bytes.toString('utf8', start, end);
    keyword(number === 1 ? text.replace(/^\uFEFF/, '') : text);
  });
  if (!whole) throw malformed(path, `line ${number + 1} is longer than any of LCOV`);
  if (record !== undefined) throw unfinished(path, record);
  return coverage.build();
}

const [D = 0, A = 0, COLON = 0, COMMA = 0, ZERO = 0] = Buffer.from('DA:,0');
const [B = 0, R = 0, MINUS = 0] = Buffer.from('BR-');

/** Nearly all lines are `DA:12,3` or `BRDA:…`: read from their bytes, without a text. False for any other, and nothing was added. */
function addPlainLine(file: FileCoverage, bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] === D && bytes[start + 1] === A && bytes[start + 2] === COLON) {
    let comma = start + 3;
    while (comma < end && bytes[comma] !== COMMA) comma += 1;
    const line = digits(bytes, start + 3, comma);
    const hits = digits(bytes, comma + 1, end);
    return line !== undefined && hits !== undefined && file.lines.add(line, hits);
  }
  if (bytes[start] === B && bytes[start + 1] === R && bytes[start + 2] === D && bytes[start + 3] === A) {
    // line, [e]block, branch, taken: the branch may be a text with commas.
    let comma = start + 5;
    while (comma < end && bytes[comma] !== COMMA) comma += 1;
    let lastComma = end - 1;
    while (lastComma > comma && bytes[lastComma] !== COMMA) lastComma -= 1;
    const line = digits(bytes, start + 5, comma);
    const never = lastComma + 2 === end && bytes[lastComma + 1] === MINUS;
    const hits = never ? 0 : digits(bytes, lastComma + 1, end);
    if (line === undefined || hits === undefined || !hasComma(bytes, comma + 1, lastComma)) return false;
    // coverage.py 7.6 writes line 0 for the way out of a module.
    if (line > 0) file.branches.set(line, (file.branches.get(line) ?? '') + (hits > 0 ? '1' : '0'));
    return true;
  }
  return false;
}

function hasComma(bytes: Buffer, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) if (bytes[index] === COMMA) return true;
  return false;
}

/** undefined if there is anything but digits, or nothing. */
function digits(bytes: Buffer, start: number, end: number): number | undefined {
  if (start >= end) return undefined;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function unfinished(path: string, { name, startedAt }: Record): CoverageReportError {
  return truncated(path, `the record of ${name} that starts in line ${startedAt} never ends`);
}

function agreesWithItself(path: string, { name, startedAt, file, found, hit }: Record): void {
  const { covered, total } = file.lines.totals;
  if ((found ?? total) === total && (hit ?? covered) === covered) return;
  throw contradictory(
    path,
    `the record of ${name} that starts in line ${startedAt} lists ${covered} of ${total} lines as covered, but says LH ${hit ?? '-'} of LF ${found ?? '-'}`,
  );
}
