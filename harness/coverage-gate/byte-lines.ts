import { createReadStream } from 'node:fs';

const NEWLINE = 10;
const RETURN = 13;
const LONGEST_LINE = 1024 * 1024;

/**
 * Calls `take` with the bytes of each line of a file, without its end (LF or CRLF), holding no more than a piece of it.
 * Returns false if a line is longer than 1 MiB, which no text has.
 */
export async function forEachLine(
  path: string,
  take: (bytes: Buffer, start: number, end: number) => void,
): Promise<boolean> {
  const withoutReturn = (bytes: Buffer, start: number, end: number) =>
    take(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end);
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes: Buffer = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    // Byte by byte: a call of indexOf for each short line takes longer than the search.
    for (let end = 0; end < bytes.length; end += 1) {
      if (bytes[end] !== NEWLINE) continue;
      withoutReturn(bytes, start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE) return false;
  }
  if (rest.length > 0) withoutReturn(rest, 0, rest.length);
  return true;
}
