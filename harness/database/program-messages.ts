import { Writable } from 'node:stream';

/** Lines of client programs that may carry row data: what follows `ERROR:` on further lines, and what was sent. */
const TOLD = /^(psql|pg_restore|pg_dump|pg_dumpall|sh|ERROR|FATAL|PANIC|WARNING|error|invalid)\b.*$/;

/** What may stand in quotes after these words is the name of a thing, never a value of a row. */
const NAMED_THING =
  /\b(relation|table|column|constraint|index|sequence|role|user|database|extension|schema|function|operator class|parameter|file|directory|TABLE|server at|on socket|entry|encoding|directive|locale|tablespace|library|language)$/;

const IDENTIFIER = /^[\p{L}\p{N}_.$/:~-]+$/u;

/**
 * The messages of a client program without values of rows: DETAIL, CONTEXT, LINE and statements are dropped, and a
 * line ends where it quotes something that is not the name of a thing.
 */
export function withoutRowData(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => TOLD.test(line))
    .map(cutAtValue)
    .join('\n');
}

function cutAtValue(line: string): string {
  const command = line.indexOf('invalid command \\');
  if (command !== -1) return `${line.slice(0, command)}invalid command …`;
  let from = 0;
  for (;;) {
    const open = line.indexOf('"', from);
    if (open === -1) return line;
    const close = line.indexOf('"', open + 1);
    const quoted = close === -1 ? '' : line.slice(open + 1, close);
    if (!NAMED_THING.test(line.slice(0, open).trimEnd()) || !IDENTIFIER.test(quoted))
      return `${line.slice(0, open)}"…"`;
    from = close + 1;
  }
}

/** Keeps the last part of what is written to it: a program that complains about a million rows must not fill the memory. */
export class TailCollector extends Writable {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= this.#limit) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
    }
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
