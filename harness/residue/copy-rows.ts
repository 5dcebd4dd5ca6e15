import pg from 'pg';

/** Called for each value that is not NULL, in place: the bytes are gone when it returns. */
export type OnValue = (column: number, bytes: Uint8Array, start: number, end: number) => void;

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_LENGTH = SIGNATURE.length + 8;

/** A query `COPY (…) TO STDOUT (FORMAT binary)`; Postgres sends each row as one message, so that none is ever split. */
class CopyRows extends pg.Query {
  readonly #onValue: OnValue;
  readonly #onRow: () => void;
  failure: unknown;

  constructor(text: string, onValue: OnValue, onRow: () => void) {
    super(text);
    this.#onValue = onValue;
    this.#onRow = onRow;
  }

  /** Called by pg's client for each message of the copy. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    try {
      this.#row(chunk);
    } catch (error) {
      this.failure ??= error;
    }
  }

  #row(chunk: Buffer): void {
    // The first row comes behind the header.
    let at = chunk.length >= HEADER_LENGTH && chunk.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? HEADER_LENGTH : 0;
    if (at === chunk.length) return;
    const columns = chunk.readInt16BE(at);
    at += 2;
    if (columns < 0) return;
    this.#onRow();
    for (let column = 0; column < columns; column += 1) {
      const length = chunk.readInt32BE(at);
      at += 4;
      if (length < 0) continue;
      this.#onValue(column, chunk, at, at + length);
      at += length;
    }
    if (at !== chunk.length) throw new Error('a row of the copy does not end where it should');
  }
}

/** Streams what a SELECT yields, row by row; resolves when all of it came, rejects when any did not. */
export async function copyRows(client: pg.Client, select: string, onValue: OnValue, onRow: () => void): Promise<void> {
  const query = new CopyRows(`COPY (${select}) TO STDOUT (FORMAT binary)`, onValue, onRow);
  const ended = new Promise<void>((resolve, reject) => {
    query.on('end', () => resolve());
    query.on('error', reject);
  });
  client.query(query);
  await ended;
  if (query.failure !== undefined) throw query.failure;
}
