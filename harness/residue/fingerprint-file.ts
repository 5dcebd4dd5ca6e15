import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { InfrastructureError, messageOf, UsageError } from '../errors.ts';
import { deriveKeys, type FingerprintKeys, KINDS, MAC_LENGTH } from './fingerprint.ts';

/*
 * One line of JSON, the header, then AES-256-GCM over the entries with the header as associated data, then its tag: a
 * file that was cut off or edited anywhere does not open.
 */
const FORMAT = 'odoo-gate/fingerprints@2';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;
const LONGEST_HEADER = 4096;
const PIECE = 1 << 20;

/** HMAC, quick hashes, kind and strength. */
export const ENTRY_LENGTH = MAC_LENGTH + 4 + 4 + 4 + 1;
const FLAGS = ENTRY_LENGTH - 1;
const WEAK = 0x80;

const headerSchema = z.object({
  format: z.literal(FORMAT),
  tool: z.string(),
  created: z.string(),
  database: z.string().optional(),
  counts: z.record(z.string(), z.number()),
  salt: z.string(),
  nonce: z.string(),
  keyCheck: z.string(),
});

/** What the scanner asks before it computes an HMAC. */
export interface QuickHashes {
  /** Of the whole form. */
  hash: number;
  /** Of its last word; 0 for what is no words. */
  last: number;
  /** Of its last two words, or of the end of a code; 0 for what has neither. */
  end: number;
}

export interface Entry extends QuickHashes {
  mac: Uint8Array;
  kind: number;
  strong: boolean;
}

/** An opened file: what is looked for, and what it takes to look. */
export interface Fingerprints {
  secret: string;
  salt: Buffer;
  counts: Readonly<Record<string, number>>;
  created: string;
  /** `ENTRY_LENGTH` bytes each. */
  entries: Buffer;
}

export function writeEntry({ mac, hash, last, end, kind, strong }: Entry, into: Buffer, at: number): void {
  into.set(mac, at);
  into.writeInt32LE(hash, at + MAC_LENGTH);
  into.writeInt32LE(last, at + MAC_LENGTH + 4);
  into.writeInt32LE(end, at + MAC_LENGTH + 8);
  into[at + FLAGS] = kind | (strong ? 0 : WEAK);
}

export function readEntry(entries: Buffer, at: number): Entry {
  const flags = entries[at + FLAGS] ?? 0;
  return {
    mac: entries.subarray(at, at + MAC_LENGTH),
    hash: entries.readInt32LE(at + MAC_LENGTH),
    last: entries.readInt32LE(at + MAC_LENGTH + 4),
    end: entries.readInt32LE(at + MAC_LENGTH + 8),
    kind: flags & ~WEAK,
    strong: (flags & WEAK) === 0,
  };
}

/** Writes the file whole or not at all, for its owner alone. Throws `InfrastructureError('fingerprint-not-written')`. */
export async function writeFingerprintFile(
  path: string,
  {
    salt,
    keys,
    entries,
    ...about
  }: { salt: Buffer; keys: FingerprintKeys; entries: Buffer; tool: string; database?: string },
): Promise<{ counts: Record<string, number> }> {
  const nonce = randomBytes(NONCE_LENGTH);
  const counts = countKinds(entries);
  const header = Buffer.from(
    `${JSON.stringify({
      format: FORMAT,
      ...about,
      created: new Date().toISOString(),
      counts,
      salt: salt.toString('hex'),
      nonce: nonce.toString('hex'),
      keyCheck: keys.checkValue.toString('hex'),
    })}\n`,
  );
  const cipher = createCipheriv('aes-256-gcm', keys.seal, nonce).setAAD(header);
  const sealed = [header, cipher.update(entries), cipher.final(), cipher.getAuthTag()];
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for (const part of sealed) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new InfrastructureError('fingerprint-not-written', `"${path}" could not be written: ${messageOf(cause)}`, {
      next: 'Name a file in a folder that you may write to, with --out-file.',
      cause,
    });
  }
  return { counts };
}

function countKinds(entries: Buffer): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let at = FLAGS; at < entries.length; at += ENTRY_LENGTH) {
    const kind = KINDS[(entries[at] ?? 0) & ~WEAK] ?? 'unknown';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/**
 * Reads a file that `fingerprint` wrote. Throws `UsageError`: `fingerprint-missing`, `fingerprint-damaged` for what is no
 * such file, is cut off or was edited, `fingerprint-key` for another key than it was written with.
 */
export async function readFingerprintFile(path: string, secret: string): Promise<Fingerprints> {
  const content = await readFile(path).catch((cause: unknown) => {
    throw new UsageError('fingerprint-missing', `The fingerprints "${path}" can't be read: ${messageOf(cause)}`, {
      next: 'Give the file that odoo-gate fingerprint wrote beside production with --fingerprint.',
      cause,
    });
  });
  const headerEnd = content.subarray(0, LONGEST_HEADER).indexOf(0x0a) + 1;
  const header = parseHeader(content.subarray(0, headerEnd).toString('utf8'));
  const bodyEnd = content.length - TAG_LENGTH;
  if (header === undefined || bodyEnd < headerEnd) throw damaged(path);
  const salt = Buffer.from(header.salt, 'hex');
  const keys = deriveKeys(secret, salt);
  const keyCheck = Buffer.from(header.keyCheck, 'hex');
  if (keyCheck.length !== keys.checkValue.length) throw damaged(path);
  if (!timingSafeEqual(keyCheck, keys.checkValue)) {
    throw new UsageError('fingerprint-key', `The key is not the one that the fingerprints "${path}" were made with.`, {
      next: 'Set the variable named by --fingerprint-key-env to the key that odoo-gate fingerprint got beside production.',
    });
  }
  const body = content.subarray(headerEnd, bodyEnd);
  if (body.length === 0 || body.length % ENTRY_LENGTH !== 0) throw damaged(path);
  const entries = Buffer.from(new SharedArrayBuffer(body.length));
  try {
    const decipher = createDecipheriv('aes-256-gcm', keys.seal, Buffer.from(header.nonce, 'hex'), {
      authTagLength: TAG_LENGTH,
    })
      .setAAD(content.subarray(0, headerEnd))
      .setAuthTag(content.subarray(bodyEnd));
    // Piece by piece: the whole of it a second time would be memory for nothing.
    for (let at = 0; at < body.length; at += PIECE) entries.set(decipher.update(body.subarray(at, at + PIECE)), at);
    decipher.final();
  } catch {
    throw damaged(path);
  }
  return { secret, salt, counts: header.counts, created: header.created, entries };
}

function parseHeader(line: string) {
  try {
    return headerSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function damaged(path: string): UsageError {
  return new UsageError(
    'fingerprint-damaged',
    `"${path}" is no whole file of fingerprints: cut off, edited, another file, or of another version.`,
    {
      next: 'Copy it anew from where odoo-gate fingerprint wrote it, or write it anew.',
    },
  );
}
