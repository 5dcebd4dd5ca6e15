import { InfrastructureError } from '../../harness/errors.ts';
import type { Damage } from './verify.ts';

/** The chain does not hold: nothing that the history says may be relied on, and nothing is written after it. */
export class HistoryDamaged extends InfrastructureError {
  readonly damage: Damage;

  constructor(path: string, damage: Damage) {
    super('history-damaged', `The history "${path}" is damaged: ${damage.message}`, {
      next: 'Keep the file, find out who changed it, and go on from a copy that `odoo-gate history verify` finds intact.',
    });
    this.damage = damage;
  }
}

/** The last line is not complete: a writer was killed, or the disk was full. */
export class HistoryTorn extends InfrastructureError {
  constructor(path: string) {
    super('history-torn', `The history "${path}" ends within a line: its writing was cut off.`, {
      next: `Run odoo-gate history repair "${path}": it removes the incomplete line alone, and records that it did.`,
    });
  }
}

/** The folder or the disk does not let the entry be written; what the file held before, it still holds. */
export class HistoryNotWritten extends InfrastructureError {
  constructor(path: string, cause: unknown) {
    const code = (cause as { code?: unknown } | undefined)?.code;
    const why = typeof code === 'string' ? ` (${code})` : '';
    super('history-not-written', `The history "${path}" can't be written to${why}.`, {
      next: 'Check that its folder is there and may be written to, and that the disk has room; then run it again.',
      cause,
    });
  }
}
