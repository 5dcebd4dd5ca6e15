import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { type ReadOnlySession, withReadOnlySession } from '../database/read-only.ts';
import { resultOf, runChecks } from '../run.ts';
import { sanitizeChecks } from '../sanitize-checks/checks.ts';
import { type SanitizeOptions, sanitizeContext } from '../sanitize-checks/context.ts';
import { type CronCalls, compareCronCalls, cronsRanCheck, readCronCalls, type SeenCalls } from './cron-runs.ts';
import { type AskedAgain, compareDrift } from './drift.ts';
import type { Moment } from './moment.ts';
import { ASKED_AGAIN, driftCheck } from './plan.ts';

/** Looks at the copy again whenever something may have changed it, each time on a new snapshot. */
export class DriftWatch {
  readonly #address: DatabaseAddress;
  readonly #options: SanitizeOptions;
  readonly #required: readonly string[];
  readonly #asked: AskedAgain[] = [];
  readonly #seen: SeenCalls[] = [];
  #before: CronCalls = { unclear: 'nobody looked before Odoo came' };
  #durationMs = 0;

  constructor(address: DatabaseAddress, options: SanitizeOptions, required: readonly string[]) {
    this.#address = address;
    this.#options = options;
    this.#required = required;
  }

  /** Before anything else touches the copy, on the snapshot of the other checks. */
  async begin(session: ReadOnlySession): Promise<void> {
    this.#before = await readCronCalls(session);
  }

  /** `onSnapshot` is called once the moment is held: what happens then no longer shows in it. */
  async ask(moment: Moment, onSnapshot: () => void = () => {}): Promise<void> {
    const started = performance.now();
    const asksAgain = this.#required.includes(driftCheck.id);
    if (!asksAgain && !this.#required.includes(cronsRanCheck.id)) return onSnapshot();
    await withReadOnlySession(this.#address, async (session) => {
      onSnapshot();
      this.#seen.push({ moment, calls: await readCronCalls(session) });
      if (!asksAgain) return;
      const checks = sanitizeChecks.filter(({ id }) => ASKED_AGAIN.includes(id));
      const results = await runChecks(checks, await sanitizeContext(session, this.#options));
      this.#asked.push({ moment, results });
    });
    this.#durationMs += performance.now() - started;
  }

  /** `before`: what the checks had answered on the first snapshot. */
  judge(before: readonly CheckResult[]): CheckResult[] {
    const asked = before.filter(({ id }) => ASKED_AGAIN.includes(id));
    return [
      resultOf(driftCheck, compareDrift(asked, this.#asked), this.#durationMs),
      resultOf(cronsRanCheck, compareCronCalls(this.#before, this.#seen), 0),
    ].filter(({ id }) => this.#required.includes(id));
  }
}
