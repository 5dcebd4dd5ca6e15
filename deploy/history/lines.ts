import type { FileHandle } from 'node:fs/promises';

/** Longer lines are none of ours: they are not read to their end. */
const LONGEST_LINE = 64 * 1024;
const CHUNK = 64 * 1024;

export interface Line {
  /** Without the newline. */
  bytes: Uint8Array;
  /** What comes after it; after `nothing-yet` and `too-much` no line follows. */
  end: 'newline' | 'nothing-yet' | 'too-much';
}

/**
 * The lines of a file, with no more in memory than one line and one chunk. Where the file ends within a line, `grows`
 * is asked whether to look again.
 */
export async function* readLines(file: FileHandle, grows: () => Promise<boolean>): AsyncGenerator<Line, void> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let begun = Buffer.alloc(0);
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK);
    if (bytesRead === 0) {
      if (begun.length === 0) return;
      if (await grows()) continue;
      yield { bytes: begun, end: 'nothing-yet' };
      return;
    }
    const read = chunk.subarray(0, bytesRead);
    let start = 0;
    for (let end = read.indexOf('\n'); end !== -1; end = read.indexOf('\n', start)) {
      yield { bytes: Buffer.concat([begun, read.subarray(start, end)]), end: 'newline' };
      begun = Buffer.alloc(0);
      start = end + 1;
    }
    begun = Buffer.concat([begun, read.subarray(start)]);
    if (begun.length > LONGEST_LINE) {
      yield { bytes: begun, end: 'too-much' };
      return;
    }
  }
}
