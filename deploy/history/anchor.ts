import { UsageError } from '../../harness/errors.ts';
import { isDigest } from '../registry/reference.ts';
import type { Anchor } from './verify.ts';

/** `41:sha256:…`. Throws `UsageError('history-anchor')`. */
export function parseAnchor(text: string): Anchor {
  const [, sequence = '', head = ''] = /^(\d{1,15}):(.*)$/s.exec(text) ?? [];
  if (sequence !== '' && isDigest(head)) return { sequence: Number(sequence), head };
  throw new UsageError('history-anchor', 'What --anchor names is not an anchor.', {
    next: 'An anchor is SEQUENCE:sha256:… as `odoo-gate history verify` prints it.',
  });
}

export function formatAnchor({ sequence, head }: Anchor): string {
  return `${sequence}:${head}`;
}
