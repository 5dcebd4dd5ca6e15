import { resolve } from 'node:path';
import type { CheckResult } from '../check.ts';
import { UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import type { Artifact } from '../run.ts';
import { findBrowser } from './browser.ts';
import { flowsIn } from './flow-files.ts';
import { networkChanged, resultOfFlow, resultWithoutRun } from './flow-results.ts';
import { FlowRunner } from './flow-runner.ts';
import type { RunEvent, TestEnded } from './run-events.ts';
import { type SmokeSettings, settingsEnvironment } from './settings.ts';
import { FLOWS } from './smoke-checks.ts';

/** How often a flow is run whose browser lost its connections to a change of this machine's network. */
const ATTEMPTS = 3;

/** An Odoo that answers, and what is kept of the visit. */
interface SmokeTarget extends Omit<SmokeSettings, 'screenshots'> {
  /** `blur` where the pages may show personal data: no screenshot, message or trace then holds a readable value. */
  screenshots?: SmokeSettings['screenshots'];
  /** For the whole run, in ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Aborted once Odoo has ended: nobody then waits for its answers. */
  odooEnded?: AbortSignal;
  progress: Progress;
  onResult?: (result: CheckResult) => void;
}

export interface SmokeOptions extends SmokeTarget {
  /** Names of flows, `login`; all by default. */
  flows?: readonly string[];
}

export interface SmokeOutcome {
  /** One for each flow asked for, always. */
  results: CheckResult[];
  /** Screenshots in the order of the steps, traces of failed flows. Paths are relative to `outDir`. */
  artifacts: Artifact[];
}

/**
 * Runs the flows in a real browser against a running Odoo: `prepareSmoke` and `run` in one. Throws as they do.
 */
export async function runSmoke({ flows, ...target }: SmokeOptions): Promise<SmokeOutcome> {
  const smoke = prepareSmoke(flows);
  try {
    return await smoke.run(target);
  } finally {
    await smoke.close();
  }
}

/** Flows that are loaded and wait for their Odoo. */
export interface Smoke {
  /**
   * What breaks on a page fails its flow; what keeps a flow from being judged (no answer, no session, time-out, a
   * runner that crashed) leaves it inconclusive. Only a flow that this machine's own network broke is run again.
   * Throws the signal's reason when aborted.
   */
  run(target: SmokeTarget): Promise<SmokeOutcome>;
  /** Leaves no process behind, whether they ran or not. */
  close(): Promise<void>;
}

/** Throws `UsageError` for an unknown flow, `InfrastructureError` `browser-missing`. */
export function prepareSmoke(asked?: readonly string[]): Smoke {
  const flows = chosenFlows(asked);
  const browser = findBrowser();
  let next: FlowRunner | undefined = new FlowRunner(flows, browser);
  const runnerFor = (pending: readonly string[]) => {
    const runner = next ?? new FlowRunner(pending, browser);
    next = undefined;
    return runner;
  };
  return {
    run: (target) => runFlows(flows, runnerFor, target),
    close: async () => next?.close(),
  };
}

async function runFlows(
  flows: readonly string[],
  runnerFor: (flows: readonly string[]) => FlowRunner,
  target: SmokeTarget,
): Promise<SmokeOutcome> {
  const { screenshots = 'keep', timeoutMs = 180_000, signal, odooEnded, progress, onResult = () => {} } = target;
  if (target.login === '' || target.password === '') return withoutCredentials(flows, onResult);
  const settings = settingsEnvironment({ ...target, outDir: resolve(target.outDir), screenshots });
  const timedOut = AbortSignal.timeout(timeoutMs);
  const outcomes = new Map<string, FlowOutcome>();
  let pending = flows;
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    signal?.throwIfAborted();
    const run = await runOnce(runnerFor(pending), pending, { settings, timedOut, signal, odooEnded, progress });
    for (const [flow, outcome] of run) outcomes.set(flow, outcome);
    pending =
      attempt < ATTEMPTS && !timedOut.aborted && !odooEnded?.aborted
        ? pending.filter((flow) => outcomes.get(flow)?.disturbed)
        : [];
    if (pending.length > 0) {
      progress.note(`Smoke: the network of this machine changed under the browser; once more: ${pending.join(', ')}`);
    }
  }
  const ordered = flows.flatMap((flow) => outcomes.get(flow) ?? []);
  for (const { result } of ordered) onResult(result);
  return { results: ordered.map(({ result }) => result), artifacts: ordered.flatMap(({ artifacts }) => artifacts) };
}

interface Surroundings {
  settings: Record<string, string>;
  timedOut: AbortSignal;
  signal: AbortSignal | undefined;
  odooEnded: AbortSignal | undefined;
  progress: Progress;
}

async function runOnce(
  runner: FlowRunner,
  flows: readonly string[],
  { settings, timedOut, signal, odooEnded, progress }: Surroundings,
): Promise<Map<string, FlowOutcome>> {
  try {
    return await progress.step('Smoke: browser flows', async (detail) => {
      const run = new FlowRun(flows, detail);
      const ended = await runner.run(settings, {
        signal: AbortSignal.any([timedOut, ...(signal ? [signal] : []), ...(odooEnded ? [odooEnded] : [])]),
        onEvent: (event) => run.onEvent(event),
      });
      signal?.throwIfAborted();
      for (const host of run.blockedHosts) progress.note(`Smoke: the browser was kept from calling ${host}`);
      if (odooEnded?.aborted) return run.finish('Odoo ended during the flows');
      return run.finish(timedOut.aborted ? 'the smoke test took longer than it may' : ended);
    });
  } finally {
    await runner.close();
  }
}

interface FlowOutcome {
  result: CheckResult;
  artifacts: Artifact[];
  /** The browser lost its connections because this machine's network changed: nothing that Odoo did. */
  disturbed: boolean;
}

/** Collects what the runner tells, and answers for every flow that was asked for. */
class FlowRun {
  readonly blockedHosts = new Set<string>();
  readonly #flows: readonly string[];
  readonly #detail: (text: string) => void;
  readonly #tests: TestEnded[] = [];
  #expected: Record<string, number> = {};
  #runnerError: string | undefined;

  constructor(flows: readonly string[], detail: (text: string) => void) {
    this.#flows = flows;
    this.#detail = detail;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'begin') this.#expected = event.flows;
    if (event.type === 'step') this.#detail(`${event.flow}: ${event.title}`);
    if (event.type === 'runner-error') this.#runnerError ??= event.message;
    if (event.type === 'test') this.#tests.push(event);
    if (event.type !== 'test') return;
    for (const record of event.records) if (record.type === 'blocked-host') this.blockedHosts.add(record.host);
  }

  finish(howItEnded: string): Map<string, FlowOutcome> {
    return new Map(this.#flows.map((flow) => [flow, this.#outcomeOf(flow, this.#runnerError ?? howItEnded)]));
  }

  #outcomeOf(flow: string, reason: string): FlowOutcome {
    const tests = this.#tests.filter((test) => test.flow === flow);
    const result =
      tests.length === 0 ? resultWithoutRun(flow, reason) : resultOfFlow(flow, tests, this.#expected[flow] ?? 0);
    const artifacts = tests
      .flatMap((test) => test.records)
      .filter((record) => record.type === 'artifact')
      .map(({ kind, title, path }) => ({ kind, title, path }));
    return { result, artifacts, disturbed: tests.some(networkChanged) };
  }
}

function chosenFlows(asked: readonly string[] | undefined): string[] {
  const known = flowsIn(FLOWS);
  const unknown = asked?.filter((flow) => !known.includes(flow)) ?? [];
  if (unknown.length > 0 || asked?.length === 0) {
    throw new UsageError(
      'unknown-flow',
      `There is no flow ${unknown.map((flow) => `"${flow}"`).join(', ') || 'to run'}.`,
      {
        next: `Choose from: ${known.join(', ')}.`,
      },
    );
  }
  return known.filter((flow) => asked?.includes(flow) ?? true);
}

function withoutCredentials(flows: readonly string[], onResult: (result: CheckResult) => void): SmokeOutcome {
  const results = flows.map((flow) => resultWithoutRun(flow, 'no login or no password was given'));
  results.forEach(onResult);
  return { results, artifacts: [] };
}
