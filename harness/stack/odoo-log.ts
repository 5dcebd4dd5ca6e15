import { maskValues } from '../masking.ts';

/** One record of Odoo's log with its continuation lines. */
export interface LogRecord {
  level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  logger: string;
  /** With continuation lines (tracebacks), as far as they are kept. */
  message: string;
}

/** Odoo's own format: `date time,ms pid LEVEL database logger: message`. */
const RECORD =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) \S+ ([^\s:]+): (.*)$/;
const KEPT_LINES = 200;
const KEPT_PROBLEMS = 1_000;
/** In characters. */
const LONGEST_LINE = 16_384;
const LONGEST_MESSAGE = 65_536;

/** Who reads along: all that is logged, of which the log itself keeps little. */
export interface LogReaders {
  /** A record with its continuation lines, once the next one begins; `at` is its time, in ms. */
  onRecord?(record: LogRecord, at: number): void;
  onLine?(line: string): void;
}

/**
 * Reads Odoo's log as it comes. Memory stays bounded: the last lines, and of errors and of warnings the first thousand
 * each, are kept, all are counted.
 */
export class OdooLog {
  /** Records above INFO. */
  readonly problems: LogRecord[] = [];
  records = 0;
  /** ERROR and CRITICAL, kept or not. */
  errorCount = 0;
  #warningCount = 0;
  readonly #tail: string[] = [];
  #partial = '';
  #current: { record: LogRecord; at: number } | undefined;
  readonly #times = new WeakMap<LogRecord, number>();
  readonly #readers: LogReaders;

  constructor(readers: LogReaders = {}) {
    this.#readers = readers;
  }

  /** Takes the next piece of the stream, which may end within a line. */
  push(chunk: string): void {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#line(line.slice(0, LONGEST_LINE).trimEnd());
  }

  /** The stream has ended: what it left without a line break is a line. */
  end(): void {
    if (this.#partial !== '') this.push('\n');
    this.#finishRecord();
  }

  /** When one of `problems` was logged, in ms since the epoch. */
  timeOf(problem: LogRecord): number {
    return this.#times.get(problem) ?? Number.NaN;
  }

  /** Whether one of the last lines holds a text. */
  hasRecently(text: string): boolean {
    return this.#tail.some((line) => line.includes(text));
  }

  /** The last lines, for an error message, without values. */
  lastLines(count: number): string {
    return this.#tail.slice(-count).map(describeLine).join('\n');
  }

  #line(line: string): void {
    this.#readers.onLine?.(line);
    this.#tail.push(line);
    if (this.#tail.length > KEPT_LINES) this.#tail.shift();
    const parsed = parseRecord(line);
    if (parsed === undefined) {
      // A continuation belongs to the record before it.
      const record = this.#current?.record;
      if (record !== undefined && record.message.length < LONGEST_MESSAGE) record.message += `\n${line}`;
      return;
    }
    this.#finishRecord();
    this.records += 1;
    this.#current = parsed;
    const { record } = parsed;
    if (record.level === 'DEBUG' || record.level === 'INFO') return;
    const nth = record.level === 'WARNING' ? ++this.#warningCount : ++this.errorCount;
    if (nth > KEPT_PROBLEMS) return;
    this.problems.push(record);
    this.#times.set(record, parsed.at);
  }

  #finishRecord(): void {
    if (this.#current !== undefined) this.#readers.onRecord?.(this.#current.record, this.#current.at);
    this.#current = undefined;
  }
}

function parseRecord(line: string): { record: LogRecord; at: number } | undefined {
  const [, date, time, ms, level, logger, message] = RECORD.exec(line) ?? [];
  if (level === undefined || logger === undefined || message === undefined) return undefined;
  return { record: { level: level as LogRecord['level'], logger, message }, at: Date.parse(`${date}T${time}.${ms}Z`) };
}

/** Level, first line and the exception that ends the traceback; values are masked. */
export function describeRecord({ level, message }: LogRecord): string {
  const [first = '', ...further] = message.trimEnd().split('\n');
  const exception = further.findLast((line) => EXCEPTION.test(line));
  return `${level}: ${maskValues(first)}${exception === undefined ? '' : ` (${describeLine(exception)})`}`;
}

/** The line of a traceback that names the exception; frames are indented. */
const EXCEPTION = /^[A-Za-z_][\w.]*(?::|$)/;
/** Python's own words about code: what they quote are names of modules and attributes, not data. */
const ABOUT_CODE = /^(ModuleNotFoundError|ImportError|SyntaxError|IndentationError|NameError|AttributeError): /;
const FRAME = /^\s+File "[^"]+", line \d+/;

function describeLine(line: string): string {
  if (ABOUT_CODE.test(line) || FRAME.test(line)) return line.slice(0, 200);
  const record = parseRecord(line)?.record;
  if (record !== undefined) return `${record.level} ${record.logger}: ${maskValues(record.message)}`;
  return /^\s/.test(line) ? `    ${maskValues(line)}` : maskValues(line);
}
