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
import { networkChanged, resultOfFlow, resultWithoutRun } from './flow-results.ts';
import { killTree } from './process-tree.ts';
import { RunEvent, type TestEnded } from './run-events.ts';
import { type SmokeSettings, settingsEnvironment } from './settings.ts';

const FLOWS = fileURLToPath(new URL('./flows', import.meta.url));
const CONFIG = fileURLToPath(new URL(`../../playwright.config${extname(import.meta.url)}`, import.meta.url));
const PLAYWRIGHT = join(fileURLToPath(import.meta.resolve('playwright/package.json')), '..', 'cli.js');

/** How often a flow is run whose browser lost its connections to a change of this machine's network. */
const ATTEMPTS = 3;

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
 * from being judged (no answer, no session, time-out, a runner that crashed) leaves it inconclusive. Only a flow that
 * this machine's own network broke is run again.
 * Leaves no process behind. Throws `UsageError` for an unknown flow, `InfrastructureError` `browser-missing`,
 * and the signal's reason when aborted.
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeOutcome> {
  const { screenshots = 'keep', timeoutMs = 180_000, signal, progress, onResult = () => {} } = options;
  const flows = chosenFlows(options.flows);
  if (options.login === '' || options.password === '') return withoutCredentials(flows, onResult);
  const browser = findBrowser();
  signal?.throwIfAborted();
  const settings = settingsEnvironment({ ...options, outDir: resolve(options.outDir), screenshots });
  const timedOut = AbortSignal.timeout(timeoutMs);
  const outcomes = new Map<string, FlowOutcome>();
  let pending = flows;
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    const run = await runOnce(pending, { settings, browser, timedOut, signal, progress });
    for (const [flow, outcome] of run) outcomes.set(flow, outcome);
    pending = attempt < ATTEMPTS && !timedOut.aborted ? pending.filter((flow) => outcomes.get(flow)?.disturbed) : [];
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
  browser: string;
  timedOut: AbortSignal;
  signal: AbortSignal | undefined;
  progress: Progress;
}

async function runOnce(
  flows: readonly string[],
  { settings, browser, timedOut, signal, progress }: Surroundings,
): Promise<Map<string, FlowOutcome>> {
  const temp = await mkdtemp(join(tmpdir(), 'odoo-gate-smoke-'));
  try {
    return await progress.step('Smoke: browser flows', async (detail) => {
      const run = new FlowRun(flows, detail);
      const runner = startRunner(flows, {
        ...process.env,
        ...settings,
        ODOO_GATE_BROWSER: browser,
        ODOO_GATE_SMOKE_EVENTS: '1',
        ODOO_GATE_SMOKE_TEMP: temp,
        // Browser profiles go where they are removed even after a kill.
        TMPDIR: temp,
      });
      const ended = await follow(runner, run, signal ? AbortSignal.any([signal, timedOut]) : timedOut);
      signal?.throwIfAborted();
      for (const host of run.blockedHosts) progress.note(`Smoke: the browser was kept from calling ${host}`);
      return run.finish(timedOut.aborted ? 'the smoke test took longer than it may' : ended);
    });
  } finally {
    await rm(temp, { recursive: true, force: true, maxRetries: 3 });
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
