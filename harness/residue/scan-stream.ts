import type { Scanner } from './scanner.ts';

/** Longer than any value with what may stand around it. */
const OVERLAP = 4096;
/** Scanned at once: what comes in small pieces would be read over and over. */
export const STRETCH = 64 * 1024;
const SPACE = 0x20;
/** Bytes by which the type of a file is told. */
const LONGEST_MARK = 8;

/**
 * Scans what comes piece by piece, as if it were one: what may go on in the next piece is read again with it. Cuts
 * behind a space, lest a part of one reads as another.
 */
export async function scanStream(
  scanner: Scanner,
  stream: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; bytes: number }> {
  let head: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let length = 0;
  let bytes = 0;
  for await (const chunk of stream) {
    if (head.length < LONGEST_MARK) head = Buffer.concat([head, chunk.subarray(0, LONGEST_MARK)]);
    bytes += chunk.length;
    waiting.push(chunk);
    length += chunk.length;
    if (length < STRETCH) continue;
    const joined = Buffer.concat(waiting);
    const end = lastSpace(joined);
    scanner.scan(joined, 0, end);
    waiting = [joined.subarray(nextSpace(joined, end - OVERLAP))];
    length = 0;
  }
  const rest = Buffer.concat(waiting);
  scanner.scan(rest, 0, rest.length);
  return { head, bytes };
}

/** Behind the last space, unless that is far from the end. */
function lastSpace(bytes: Buffer): number {
  for (let at = bytes.length; at > 0 && at > bytes.length - OVERLAP / 2; at -= 1) {
    if ((bytes[at - 1] ?? 0) <= SPACE) return at;
  }
  return bytes.length;
}

/** The first space from there on, unless that is far. */
function nextSpace(bytes: Buffer, from: number): number {
  if (from <= 0) return 0;
  for (let at = from; at < from + OVERLAP / 2; at += 1) {
    if ((bytes[at] ?? 0) <= SPACE) return at;
  }
  return from;
}

export function scanText(scanner: Scanner, text: string): void {
  const bytes = Buffer.from(text);
  scanner.scan(bytes, 0, bytes.length);
}
