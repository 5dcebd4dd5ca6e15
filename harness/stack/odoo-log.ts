/** One record of Odoo's log with its continuation lines. */
export interface LogRecord {
  level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  logger: string;
  /** With continuation lines (tracebacks). */
  message: string;
}

/** Odoo's own format: `date time,ms pid LEVEL database logger: message`. */
const RECORD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) \S+ ([^\s:]+): (.*)$/;
const KEPT_LINES = 200;
const KEPT_PROBLEMS = 1_000;

/**
 * Reads Odoo's log as it comes. Memory stays bounded: the last lines and the first thousand records
 * above INFO are kept, all are counted.
 */
export class OdooLog {
  readonly problems: LogRecord[] = [];
  readonly tail: string[] = [];
  records = 0;
  problemCount = 0;
  #partial = '';
  #current: LogRecord | undefined;

  /** Takes the next piece of the stream, which may end within a line. */
  push(chunk: string): void {
    const lines = (this.#partial + chunk).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) this.#line(line.trimEnd());
  }

  /** The last lines, for an error message or a file. */
  lastLines(count: number): string {
    return this.tail.slice(-count).join('\n');
  }

  #line(line: string): void {
    this.tail.push(line);
    if (this.tail.length > KEPT_LINES) this.tail.shift();
    const [, level, logger, message] = RECORD.exec(line) ?? [];
    if (level === undefined || logger === undefined || message === undefined) {
      // A continuation belongs to the record before it.
      if (this.#current !== undefined) this.#current.message += `\n${line}`;
      return;
    }
    this.records += 1;
    this.#current = undefined;
    if (level === 'DEBUG' || level === 'INFO') return;
    this.problemCount += 1;
    if (this.problems.length >= KEPT_PROBLEMS) return;
    this.#current = { level: level as LogRecord['level'], logger, message };
    this.problems.push(this.#current);
  }
}
