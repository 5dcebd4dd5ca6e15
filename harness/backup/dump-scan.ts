import type { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import type { Dump } from './backup.ts';
import { corrupt, readError } from './backup-errors.ts';
import { readArchiveHeader } from './custom-dump-header.ts';

export type DumpFacts = Pick<Dump, 'format' | 'postgresMajor' | 'bytes'>;

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 8 * 1024;

/** What pg_dump writes last into a plain dump; newer ones add an \unrestrict line. */
const COMPLETE = '-- PostgreSQL database dump complete';

/**
 * Reads a dump to its end and tells what it is by its content. A plain dump has to end as pg_dump ends one; whether the
 * data of a custom dump are whole only pg_restore can tell (`verifyBackup`). Throws `UsageError`.
 */
export async function scanDump(path: string, content: Readable, signal?: AbortSignal): Promise<DumpFacts> {
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  let bytes = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      tail =
        chunk.length >= TAIL_BYTES ? chunk.subarray(-TAIL_BYTES) : Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    }
  } catch (error) {
    throw readError(path, error);
  }
  if (bytes === 0) throw corrupt(path, 'it is empty');
  if (head.subarray(0, 5).equals(Buffer.from('PGDMP'))) {
    const { format, postgresMajor } = readArchiveHeader(path, head);
    if (format !== 'custom') throw corrupt(path, 'its header says that it is a part of a directory dump');
    return { format, postgresMajor, bytes };
  }
  return {
    format: 'plain',
    postgresMajor: plainDumpMajor(path, head.toString('latin1'), tail.toString('latin1')),
    bytes,
  };
}

function plainDumpMajor(path: string, head: string, tail: string): number {
  if (head.startsWith('--\n-- PostgreSQL database cluster dump')) {
    throw notADump(path, "is a pg_dumpall dump of a whole server, with all its databases' names and roles");
  }
  if (!/^(\s|--)*-- PostgreSQL database dump$/m.test(head.slice(0, 1024)))
    throw notADump(path, 'is not a dump of pg_dump');
  if (/^(\\connect|CREATE DATABASE) /m.test(head)) {
    throw notADump(path, 'was taken with --create: it would make and fill a database by its own name');
  }
  const versions = [...head.matchAll(/^-- Dumped (?:from database|by pg_dump) version (\d+)/gm)].map((match) =>
    Number(match[1]),
  );
  if (versions.length === 0) throw notADump(path, 'does not say which Postgres it comes from');
  const end = tail.lastIndexOf(COMPLETE);
  if (end === -1 || !/^(\s|--|\\unrestrict \w+)*$/.test(tail.slice(end + COMPLETE.length))) {
    throw corrupt(path, 'the dump was cut off: the line "PostgreSQL database dump complete" is missing at its end');
  }
  return Math.max(...versions);
}

function notADump(path: string, what: string): UsageError {
  return new UsageError('backup-unknown-format', `"${path}" ${what}.`, {
    next: "Give Odoo's own zip, or what pg_dump writes with -Fc, -Fd or -Fp (.sql, .sql.gz), without --create.",
  });
}
