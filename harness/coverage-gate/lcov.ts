import { open } from 'node:fs/promises';
import { addHits, type Coverage, CoverageBuilder, totalsOfFile } from './model.ts';
import { type CoverageReportError, contradictory, malformed, truncated } from './report-error.ts';

/** `SF:` to `end_of_record`: one file as one test run saw it. */
interface Record {
  file: string;
  startedAt: number;
  lines: Map<number, number>;
  /** `LF`: how many lines the record says it holds. */
  found?: number;
  /** `LH`: how many of them it says were hit. */
  hit?: number;
}

/**
 * Reads an LCOV tracefile (the geninfo manual page describes the format) as a stream. A file may come in several
 * records: their lines are united. Branches and functions are not counted. Each record must agree with its own LF and LH.
 *
 * @throws CoverageReportError if it is cut off, malformed, or contradicts itself
 */
export async function readLcov(path: string): Promise<Coverage> {
  const coverage = new CoverageBuilder();
  let record: Record | undefined;
  let number = 0;

  await using file = await open(path);
  for await (const text of file.readLines()) {
    number += 1;
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (line.startsWith('SF:')) {
      if (record !== undefined) throw unfinished(path, record);
      if (line.length === 3) throw malformed(path, `line ${number}: a record without a file name`);
      record = { file: line.slice(3), startedAt: number, lines: new Map() };
    } else if (line === 'end_of_record') {
      if (record === undefined) throw malformed(path, `line ${number}: the end of a record that never began`);
      agreesWithItself(path, record);
      const target = coverage.file(record.file);
      for (const [at, hits] of record.lines) addHits(target, at, hits);
      record = undefined;
    } else if (line.startsWith('DA:')) {
      if (record === undefined) throw malformed(path, `line ${number}: a line of code outside any file`);
      const [, at, hits] = /^DA:([1-9]\d*),(\d+)(?:,.*)?$/.exec(line) ?? [];
      if (at === undefined || hits === undefined) {
        throw malformed(path, `line ${number}: DA must be a line from 1 up and hits from 0 up`);
      }
      addHits(record.lines, Number(at), Number(hits));
    } else if (record !== undefined && /^L[FH]:/.test(line)) {
      const [, which, value] = /^L([FH]):(\d+)$/.exec(line) ?? [];
      if (value === undefined) throw malformed(path, `line ${number}: LF and LH must be counts`);
      record[which === 'F' ? 'found' : 'hit'] = Number(value);
    } else if (line !== '' && !/^(?:[A-Z]{2,8}\d?:|#)/.test(line)) {
      throw malformed(path, `line ${number} is not LCOV`);
    }
  }
  if (record !== undefined) throw unfinished(path, record);
  return coverage.build();
}

function unfinished(path: string, record: Record): CoverageReportError {
  return truncated(path, `the record of ${record.file} that starts in line ${record.startedAt} never ends`);
}

function agreesWithItself(path: string, { file, startedAt, lines, found, hit }: Record): void {
  const { covered, total } = totalsOfFile(lines);
  if ((found ?? total) === total && (hit ?? covered) === covered) return;
  throw contradictory(
    path,
    `the record of ${file} that starts in line ${startedAt} lists ${covered} of ${total} lines as covered, but says LH ${hit ?? '-'} of LF ${found ?? '-'}`,
  );
}
