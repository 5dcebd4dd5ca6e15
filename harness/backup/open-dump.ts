import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { zipEntries } from './archive-entries.ts';
import type { Dump } from './backup.ts';
import { corrupt } from './backup-errors.ts';
import { openPossiblyGzipped } from './streams.ts';

/** The dump's bytes, unpacked. Not for directory dumps, which are many files. */
export async function openDump(dump: Dump): Promise<Readable> {
  if (dump.packing === 'gzip') return openPossiblyGzipped(dump.path);
  if (dump.packing === 'none') return createReadStream(dump.path);
  for await (const entry of zipEntries(dump.path)) {
    if (entry.path === dump.entry) return entry.open();
  }
  throw corrupt(dump.path, `${dump.entry} is gone since it was inspected`);
}
