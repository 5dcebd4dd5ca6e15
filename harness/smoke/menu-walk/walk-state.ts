import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LastSeen, Screen } from './screens.ts';
import { assertionsOf, isBroken, type Visit } from './visit.ts';

const FILE = 'menu-walk.json';

const Seen = z.object({
  /** In ms since the epoch. */
  at: z.number(),
  /** In which walk. */
  walk: z.number().int(),
  broken: z.boolean(),
  assertions: z.number().int(),
  views: z.object({ shown: z.number().int(), offered: z.number().int() }),
  openedRecord: z.boolean(),
});
/** What is remembered of a visit. */
export type Seen = z.infer<typeof Seen>;

const State = z.object({
  schema: z.literal('odoo-gate/menu-walk@1'),
  url: z.string(),
  database: z.string(),
  /** Which walk is under way, or was the last. */
  walk: z.number().int(),
  isComplete: z.boolean(),
  seen: z.record(z.string(), z.record(z.string(), Seen)),
});

/** What walks over one Odoo have seen, in a file of the output folder: where to go on, and what was never looked at. */
export class WalkState {
  readonly #file: string;
  readonly #state: z.infer<typeof State>;

  private constructor(file: string, state: z.infer<typeof State>) {
    this.#file = file;
    this.#state = state;
  }

  /**
   * Begins a walk, or with `resume` goes on with one that did not reach everything. What another Odoo or database left in
   * the folder is begun anew.
   */
  static begin(outDir: string, { url, database }: { url: URL; database: string }, resume: boolean): WalkState {
    const file = join(outDir, FILE);
    const left = State.safeParse(readJson(file)).data;
    const known = left?.url === url.href && left.database === database ? left : undefined;
    const goesOn = resume && known !== undefined && !known.isComplete;
    const walk = (known?.walk ?? 0) + (goesOn ? 0 : 1);
    const seen = known?.seen ?? {};
    mkdirSync(outDir, { recursive: true });
    const schema = 'odoo-gate/menu-walk@1' as const;
    return new WalkState(file, { schema, url: url.href, database, walk, isComplete: false, seen });
  }

  lastSeen(role: string): LastSeen {
    return Object.fromEntries(Object.entries(this.#state.seen[role] ?? {}).map(([key, { at }]) => [key, at]));
  }

  /** What this walk, before it was interrupted, has seen of a screen and found sound. */
  soundSoFar(role: string, { key }: Screen): Seen | undefined {
    const seen = this.#state.seen[role]?.[key];
    return seen !== undefined && !seen.broken && seen.walk === this.#state.walk ? seen : undefined;
  }

  add(role: string, visit: Visit): void {
    const { views, openedRecord, screen } = visit;
    const ofRole = this.#state.seen[role] ?? {};
    ofRole[screen.key] = {
      at: Date.now(),
      walk: this.#state.walk,
      broken: isBroken(visit),
      assertions: assertionsOf(visit),
      views,
      openedRecord,
    };
    this.#state.seen[role] = ofRole;
    this.#write();
  }

  complete(): void {
    this.#state.isComplete = true;
    this.#write();
  }

  /** Whole or not at all: a walk may be killed at any time. */
  #write(): void {
    const temporary = `${this.#file}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(this.#state, null, 1)}\n`);
    renameSync(temporary, this.#file);
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // None yet, or none that can be read: everything is looked at.
    return undefined;
  }
}
