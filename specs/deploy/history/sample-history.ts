import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Entry, type EntryFields, GENESIS, serialize } from '../../../deploy/history/entry.ts';
import type { Anchor } from '../../../deploy/history/verify.ts';
import type { Digest } from '../../../deploy/registry/reference.ts';

export const sha256 = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const DIGEST = sha256('an image');

export const fields = (change: Partial<EntryFields> = {}): EntryFields => ({
  version: 'prod-v1.2.3',
  environment: 'prod',
  status: 'promoted',
  operator: 'Jo Doe',
  repository: 'ghcr.io/acme/odoo',
  digest: DIGEST,
  ...change,
});

/** A folder that is gone with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'history-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const minute = (count: number): string => new Date(Date.UTC(2026, 0, 1, 0, count)).toISOString();

/** Lines of a whole history, each chained to the one before, a minute apart. */
export function linesOf(entries: readonly Partial<Entry>[]): string[] {
  const lines: string[] = [];
  for (const [sequence, change] of entries.entries()) {
    const before = lines.at(-1);
    const previous = before === undefined ? GENESIS : sha256(before);
    lines.push(serialize({ ...fields(), sequence, previous, at: minute(sequence), ...change } as Entry));
  }
  return lines;
}

export const numbered = (count: number): string[] =>
  linesOf(Array.from({ length: count }, (_, index) => ({ version: `prod-v1.0.${index}` })));

export const anchorOf = (lines: readonly string[], sequence = lines.length - 1): Anchor => ({
  sequence,
  head: sha256(lines[sequence] ?? ''),
});

/** A file with these lines, or bytes, in a folder that is gone with the test. */
export function historyFile(content: readonly string[] | Uint8Array, folder = temporaryFolder()): string {
  const path = join(folder, 'promotions.jsonl');
  writeFileSync(path, content instanceof Uint8Array ? content : content.map((line) => `${line}\n`).join(''));
  return path;
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
