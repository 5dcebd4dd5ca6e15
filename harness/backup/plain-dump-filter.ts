import { Transform, type TransformCallback } from 'node:stream';

/** Sections of a plain dump that name roles or other servers, which the target need not know. */
const FOREIGN_SECTION = /^(ACL|DEFAULT ACL|PUBLICATION\b.*|SUBSCRIPTION\b.*|SECURITY LABEL)$/;
const SECTION = /^-- (?:Data for )?Name: .*; Type: ([A-Z ]+); Schema: /;
const COMPLETE = '-- PostgreSQL database dump complete';

/** Statements likewise; the comment on an extension, which only its owner may set; and pg_dump's guard, see `restoreDatabase`. */
const FOREIGN_STATEMENT = [
  /^ALTER [A-Z ]+ .* OWNER TO .*;$/,
  /^(SET|RESET) SESSION AUTHORIZATION\b.*;$/,
  /^SET default_tablespace = (?!'';).*;$/,
  /^COMMENT ON EXTENSION .*;$/,
  /^\\(un)?restrict \w+$/,
];

const COPY_BEGINS = /^COPY .* FROM stdin;$/;
const COPY_ENDS = Buffer.from('\n\\.');
const NEWLINE = 10;
/** What begins a comment or something quoted; pg_dump and the server double each quote and backslash inside of it. */
const OPENS = /--|'|"|(?<![\w$])\$\w*\$/g;
/** None of the lines that are looked for is longer; a longer one holds data. */
const LONGEST_LINE = 64 * 1024;

/**
 * Leaves out of a plain dump, as it streams by, what `pg_restore --no-owner --no-privileges --no-tablespaces
 * --no-subscriptions` leaves out of the others. Rows of data (COPY) pass untouched and unread, and what is quoted is never
 * taken for a statement.
 */
export class PlainDumpFilter extends Transform {
  #state: 'statements' | 'long-line' | 'rows' = 'statements';
  #inForeignSection = false;
  /** What ends the quoted text that the last line left open: `'`, `"` or `$tag$`. */
  #quotedUntil: string | undefined;
  #pending: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#advance()) {
      // Each step takes something off what is pending.
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#keep(this.#pending);
    done();
  }

  #advance(): boolean {
    switch (this.#state) {
      case 'rows':
        return this.#passRows();
      case 'long-line':
        return this.#passLongLine();
      case 'statements':
        return this.#passLine();
    }
  }

  #passRows(): boolean {
    const end = this.#pending.indexOf(COPY_ENDS);
    const passed = end === -1 ? this.#pending.length - (COPY_ENDS.length - 1) : end + COPY_ENDS.length;
    if (passed > 0) this.#keep(this.#take(passed));
    if (end === -1) return false;
    this.#state = 'statements';
    return true;
  }

  #passLongLine(): boolean {
    const end = this.#pending.indexOf(NEWLINE);
    const part = this.#take(end === -1 ? this.#pending.length : end + 1);
    this.#followQuotes(part.toString('latin1'));
    this.#keep(part);
    if (end === -1) return false;
    this.#state = 'statements';
    return true;
  }

  #passLine(): boolean {
    const end = this.#pending.indexOf(NEWLINE);
    if (end === -1) {
      if (this.#pending.length < LONGEST_LINE) return false;
      this.#state = 'long-line';
      return true;
    }
    const text = this.#pending.toString('latin1', 0, end).replace(/\r$/, '');
    if (this.#quotedUntil !== undefined) {
      this.#followQuotes(text);
      this.#keep(this.#take(end + 1));
      return true;
    }
    const section = SECTION.exec(text)?.[1];
    if (section !== undefined) this.#inForeignSection = FOREIGN_SECTION.test(section);
    if (text === COMPLETE) this.#inForeignSection = false;
    if (COPY_BEGINS.test(text)) {
      // The newline stays, so that the end of the rows is found also where there are none.
      this.#keep(this.#take(end));
      this.#state = 'rows';
      return true;
    }
    this.#followQuotes(text);
    const line = this.#take(end + 1);
    if (!FOREIGN_STATEMENT.some((statement) => statement.test(text))) this.#keep(line);
    return true;
  }

  #followQuotes(text: string): void {
    for (let at = 0; ; ) {
      if (this.#quotedUntil !== undefined) {
        const end = text.indexOf(this.#quotedUntil, at);
        if (end === -1) return;
        at = end + this.#quotedUntil.length;
        this.#quotedUntil = undefined;
      }
      OPENS.lastIndex = at;
      const opened = OPENS.exec(text);
      if (opened === null || opened[0] === '--') return;
      [this.#quotedUntil] = opened;
      at = opened.index + opened[0].length;
    }
  }

  #take(length: number): Buffer {
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }

  #keep(bytes: Buffer): void {
    if (!this.#inForeignSection && bytes.length > 0) this.push(bytes);
  }
}
