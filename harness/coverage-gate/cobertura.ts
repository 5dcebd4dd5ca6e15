import { createReadStream } from 'node:fs';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { messageOf } from '../errors.ts';
import { MOST_LINES } from './line-hits.ts';
import { type Coverage, CoverageBuilder, emptyFile, type FileCoverage, sumOf, type Totals } from './model.ts';
import { CoverageReportError, contradictory, malformed, truncated } from './report-error.ts';

/** One `class` element: a file, or a part of one. */
interface Class {
  name: string;
  file: FileCoverage;
  inMethods: boolean;
  /** Lines told within its methods: they come again beside them, and count there. */
  methodLines: number;
}

/**
 * Reads Cobertura's XML (coverage-04.dtd) as a stream. No DTD is loaded and no entity expanded; a document that declares
 * some is refused. The lines must add up to `lines-valid` and `lines-covered`, where the root says them. Of a line's
 * branches only counts are known: united, the larger one holds.
 *
 * @throws CoverageReportError if it is cut off, malformed, another tool's XML, or contradicts itself
 */
export async function readCobertura(path: string): Promise<Coverage> {
  const coverage = new CoverageBuilder();
  const claimed: { covered?: number | undefined; total?: number | undefined } = {};
  const seen: Totals[] = [];
  const open: string[] = [];
  const folders: string[] = [];
  let current: Class | undefined;

  const parser = new SaxesParser();
  parser.on('doctype', (text) => {
    if (text.includes('[')) throw malformed(path, 'its document type declares entities or elements of its own');
  });
  parser.on('opentag', (tag) => {
    if (open.length === 0) {
      if (tag.name !== 'coverage') throw foreignXml(path, tag.name);
      claimed.total = countOf(path, tag, 'lines-valid');
      claimed.covered = countOf(path, tag, 'lines-covered');
    } else if (tag.name === 'class') {
      const name = tag.attributes.filename;
      if (name === undefined || name === '') throw malformed(path, `line ${parser.line}: a class without a file name`);
      current = { name, file: emptyFile(), inMethods: false, methodLines: 0 };
    } else if (tag.name === 'line') {
      if (current === undefined) throw malformed(path, `line ${parser.line}: a line of code outside any class`);
      if (current.inMethods) current.methodLines += 1;
      else if (!addLine(current.file, tag))
        throw malformed(
          path,
          `line ${parser.line}: a line must have a number from 1 to ${MOST_LINES} and hits from 0 up`,
        );
    }
    if (tag.name === 'source') parser.on('text', (text) => folders.push(text.trim()));
    if (tag.name === 'methods' && current !== undefined) current.inMethods = true;
    open.push(tag.name);
  });
  parser.on('closetag', ({ name }) => {
    open.pop();
    if (name === 'source') parser.off('text');
    if (current === undefined) return;
    if (name === 'methods') current.inMethods = false;
    if (name !== 'class') return;
    const totals = current.file.lines.totals;
    if (totals.total === 0 && current.methodLines > 0) {
      throw malformed(path, `${current.name} has lines in its methods alone`);
    }
    seen.push(totals);
    // Of several folders it is not said in which one a file lies.
    if (folders.length === 1 && folders[0] !== undefined) current.file.folder = folders[0];
    coverage.add(current.name, current.file);
    current = undefined;
  });

  try {
    for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
      parser.write(piece);
    }
    if (open.length > 0) throw truncated(path, `the XML is cut off in line ${parser.line}, within <${open.at(-1)}>`);
    parser.close();
  } catch (error) {
    if (error instanceof CoverageReportError) throw error;
    throw isXmlError(error) ? malformed(path, `it is not valid XML: ${messageOf(error)}`) : error;
  }

  const sum = sumOf(seen);
  if ((claimed.total ?? sum.total) !== sum.total || (claimed.covered ?? sum.covered) !== sum.covered) {
    throw contradictory(
      path,
      `its classes add up to ${sum.covered} of ${sum.total} lines, its root says ${claimed.covered ?? '-'} of ${claimed.total ?? '-'}`,
    );
  }
  return coverage.build();
}

function addLine(file: FileCoverage, { attributes }: SaxesTagPlain): boolean {
  const { number, hits, 'condition-coverage': conditions } = attributes;
  const line = count(number);
  const ran = count(hits);
  if (line === undefined || ran === undefined) return false;
  if (conditions !== undefined) {
    const [, covered, total] = /\((\d{1,4})\/(\d{1,4})\)/.exec(conditions) ?? [];
    if (total === undefined || Number(covered) > Number(total)) return false;
    file.branches.set(line, '1'.repeat(Number(covered)).padEnd(Number(total), '0'));
  }
  return file.lines.add(line, ran);
}

const LONGEST_COUNT = 15;

/** Digit by digit: a regular expression for each of a million lines takes as long as reading them. */
function count(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text.length > LONGEST_COUNT) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function countOf(path: string, { attributes }: SaxesTagPlain, name: string): number | undefined {
  if (attributes[name] === undefined) return undefined;
  const value = count(attributes[name]);
  if (value === undefined) throw malformed(path, `${name} must be a count`);
  return value;
}

function foreignXml(path: string, root: string): CoverageReportError {
  const next = 'Give the report of `coverage xml`, or of another tool that writes Cobertura.';
  return new CoverageReportError(
    'coverage-report-foreign',
    path,
    `it is XML, but its root is <${root}>, not Cobertura's <coverage>`,
    next,
  );
}

/** saxes throws plain errors that start with the place: `12:3: unclosed tag: line`. */
function isXmlError(error: unknown): boolean {
  return error instanceof Error && !('code' in error);
}
