import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CheckResult } from '../check.ts';
import { UsageError } from '../errors.ts';
import { maskValues } from '../masking.ts';
import type { Progress } from '../progress.ts';
import type { Artifact } from '../run.ts';
import { findBrowser } from './browser.ts';
import { flowsIn } from './flow-files.ts';
import { resultOfFlow, resultWithoutRun } from './flow-results.ts';
import { killTree } from './process-tree.ts';
import { RunEvent, type TestEnded } from './run-events.ts';
import { type SmokeSettings, settingsEnvironment } from './settings.ts';

const FLOWS = fileURLToPath(new URL('./flows', import.meta.url));
const CONFIG = fileURLToPath(new URL(`../../playwright.config${extname(import.meta.url)}`, import.meta.url));
const PLAYWRIGHT = join(fileURLToPath(import.meta.resolve('playwright/package.json')), '..', 'cli.js');

type Runner = ChildProcessByStdio<null, Readable, Readable>;

/** The checks that `runSmoke` answers when it is not told which flows to run. */
export const SMOKE_CHECKS: readonly string[] = flowsIn(FLOWS).map((flow) => `smoke.${flow}`);

export interface SmokeOptions extends Omit<SmokeSettings, 'screenshots'> {
  /** Names of flows, `login`; all by default. */
  flows?: readonly string[];
  /** `blur` where the pages may show personal data: no screenshot, message or trace then holds a readable value. */
  screenshots?: SmokeSettings['screenshots'];
  /** For the whole run, in ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
  progress: Progress;
  onResult?: (result: CheckResult) => void;
}

export interface SmokeOutcome {
  /** One for each flow asked for, always. */
  results: CheckResult[];
  /** Screenshots in the order of the steps, traces of failed flows. Paths are relative to `outDir`. */
  artifacts: Artifact[];
}

/**
 * Runs the flows in a real browser against a running Odoo. What breaks on a page fails its flow; what keeps a flow
 * from being judged (no answer, no session, time-out, a runner that crashed) leaves it inconclusive.
 * Leaves no process behind. Throws `UsageError` for an unknown flow, `InfrastructureError` `browser-missing`,
 * and the signal's reason when aborted.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeOutcome> {
  const { screenshots = 'keep', timeoutMs = 180_000, signal, progress, onResult = () => {} } = options;
  const flows = chosenFlows(options.flows);
  if (options.login === '' || options.password === '') return withoutCredentials(flows, onResult);
  const browser = findBrowser();
  signal?.throwIfAborted();
  const outDir = resolve(options.outDir);
  const temp = await mkdtemp(join(tmpdir(), 'odoo-gate-smoke-'));
  try {
    return await progress.step('Smoke: browser flows', async (detail) => {
      const run = new FlowRun(flows, onResult, detail);
      const runner = startRunner(flows, {
        ...process.env,
        ...settingsEnvironment({ ...options, outDir, screenshots }),
        ODOO_GATE_BROWSER: browser,
        ODOO_GATE_SMOKE_EVENTS: '1',
        ODOO_GATE_SMOKE_TEMP: temp,
        // Browser profiles go where they are removed even after a kill.
        TMPDIR: temp,
      });
      const timedOut = AbortSignal.timeout(timeoutMs);
      const ended = await follow(runner, run, signal ? AbortSignal.any([signal, timedOut]) : timedOut);
      signal?.throwIfAborted();
      const outcome = run.finish(
        timedOut.aborted ? `the smoke test took longer than ${Math.round(timeoutMs / 1000)} s` : ended,
      );
      for (const host of run.blockedHosts) progress.note(`Smoke: the browser was kept from calling ${host}`);
      return outcome;
    });
  } finally {
    await rm(temp, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Collects what the runner tells, and answers for every flow that was asked for. */
class FlowRun {
  readonly blockedHosts = new Set<string>();
  readonly #flows: readonly string[];
  readonly #onResult: (result: CheckResult) => void;
  readonly #detail: (text: string) => void;
  readonly #tests: TestEnded[] = [];
  readonly #results = new Map<string, CheckResult>();
  #expected: Record<string, number> = {};
  #runnerError: string | undefined;

  constructor(flows: readonly string[], onResult: (result: CheckResult) => void, detail: (text: string) => void) {
    this.#flows = flows;
    this.#onResult = onResult;
    this.#detail = detail;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'begin') this.#expected = event.flows;
    if (event.type === 'step') this.#detail(`${event.flow}: ${event.title}`);
    if (event.type === 'runner-error') this.#runnerError ??= event.message;
    if (event.type === 'test') this.#onTest(event);
  }

  finish(howItEnded: string): SmokeOutcome {
    for (const flow of this.#flows.filter((each) => !this.#results.has(each))) {
      const tests = this.#testsOf(flow);
      const reason = this.#runnerError ?? howItEnded;
      this.#settle(
        flow,
        tests.length === 0 ? resultWithoutRun(flow, reason) : resultOfFlow(flow, tests, this.#expected[flow] ?? 0),
      );
    }
    const records = this.#tests.flatMap((test) => test.records);
    return {
      results: this.#flows.flatMap((flow) => this.#results.get(flow) ?? []),
      artifacts: records
        .filter((record) => record.type === 'artifact')
        .map(({ kind, title, path }) => ({ kind, title, path })),
    };
  }

  #onTest(test: TestEnded): void {
    this.#tests.push(test);
    for (const record of test.records) if (record.type === 'blocked-host') this.blockedHosts.add(record.host);
    const ended = this.#testsOf(test.flow);
    const expected = this.#expected[test.flow] ?? 0;
    if (ended.length === expected) this.#settle(test.flow, resultOfFlow(test.flow, ended, expected));
  }

  #testsOf(flow: string): TestEnded[] {
    return this.#tests.filter((test) => test.flow === flow);
  }

  #settle(flow: string, result: CheckResult): void {
    this.#results.set(flow, result);
    this.#onResult(result);
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

function startRunner(flows: readonly string[], env: NodeJS.ProcessEnv): Runner {
  const files = flows.map((flow) => `/${flow}\\.flow\\.[jt]s$`);
  // A process group of its own: it can be ended as a whole.
  return spawn(process.execPath, [PLAYWRIGHT, 'test', '--config', CONFIG, ...files], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Hands on the runner's events; resolves with how it ended, when it has. */
async function follow(runner: Runner, run: FlowRun, signal: AbortSignal): Promise<string> {
  const stop = () => killTree(runner);
  signal.addEventListener('abort', stop, { once: true });
  // A parent that leaves must not leave a browser behind.
  process.once('exit', stop);
  try {
    if (signal.aborted) stop();
    let complaint = '';
    createInterface({ input: runner.stderr }).on('line', (line) => {
      if (/Error/.test(line)) complaint ||= `: ${maskValues(line)}`;
    });
    createInterface({ input: runner.stdout }).on('line', (line) => {
      const event = eventOf(line);
      if (event) run.onEvent(event);
    });
    return await new Promise<string>((done) => {
      runner.once('error', (error) => done(`the Playwright runner did not start: ${error.message}`));
      runner.once('close', (code, name) =>
        done(`the Playwright runner ended early (${name ?? `exit code ${code}`})${complaint}`),
      );
    });
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('exit', stop);
  }
}

function eventOf(line: string): RunEvent | undefined {
  try {
    return RunEvent.parse(JSON.parse(line));
  } catch {
    // A flow may print lines of its own.
    return undefined;
  }
}
