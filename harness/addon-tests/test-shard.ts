import type { Addon, ModuleGraph } from './addon.ts';
import { closureOf, dependentsOf } from './dependencies.ts';
import { type Bench, runSession, type Session } from './run-session.ts';
import type { Complaint, LoggedTest } from './test-log.ts';

/** Why an addon's tests could not all run. */
export interface Broken {
  /** `failed`: the addon's own fault, or a dependency's. `unknown`: the surroundings', or not to be told. */
  kind: 'failed' | 'unknown';
  reason: string;
}

/** What the sessions of one shard brought. */
export interface ShardResult {
  /** Every run of every test, in order. */
  attempts: LoggedTest[];
  broken: Map<string, Broken>;
  complaints: Complaint[];
  /** Counted, but not kept. */
  furtherComplaints: number;
  /** Of Odoo's log, read. */
  records: number;
  volumes: string[];
  /** In s, by addon. */
  seconds: Map<string, number>;
}

/**
 * Tests addons in one database. Where one can't be installed, Odoo ends there: the others are tested anew without it and
 * without what depends on it. What failed runs once more, on a new database. `code` has the addons with those that they
 * need and the template lacks.
 */
export async function testShard(
  bench: Bench,
  graph: ModuleGraph,
  code: ReadonlyMap<string, Addon>,
  { name, addons }: { name: string; addons: readonly string[] },
): Promise<ShardResult> {
  const result: ShardResult = {
    attempts: [],
    broken: new Map(),
    complaints: [],
    furtherComplaints: 0,
    records: 0,
    volumes: [],
    seconds: new Map(),
  };
  const codeFor = (names: Iterable<string>) =>
    [...closureOf(graph, names)].flatMap((each) => code.get(each) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  const run = async (session: { name: string; install: readonly Addon[]; tags: readonly string[] }) => {
    const done = await runSession(bench, session);
    result.volumes.push(done.volume);
    result.attempts.push(...done.log.tests);
    result.complaints.push(...done.log.complaints);
    result.records += done.records;
    result.furtherComplaints += done.log.complaintCount - done.log.complaints.length;
    return done;
  };

  let remaining = [...addons];
  for (let round = 1; remaining.length > 0; round += 1) {
    const install = codeFor(remaining);
    const done = await run({ name: `${name}-${round}`, install, tags: remaining.map((each) => `/${each}`) });
    const stopped = whyStopped(done, install);
    if (stopped === undefined) break;
    if (stopped.culprit === undefined) {
      for (const each of remaining) result.broken.set(each, stopped.broken);
      break;
    }
    const { culprit, broken } = stopped;
    result.broken.set(culprit, broken);
    const blocked = dependentsOf(graph, [culprit]);
    for (const each of remaining.filter((other) => blocked.has(other))) {
      result.broken.set(each, { kind: 'failed', reason: `it depends on ${culprit}, which can't be installed` });
    }
    remaining = remaining.filter((each) => each !== culprit && !blocked.has(each));
  }
  for (const [addon, tests] of Map.groupBy(result.attempts, (test) => test.addon)) {
    result.seconds.set(addon, tests.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000);
  }
  const again = failedThroughout(result.attempts);
  if (again.length > 0) {
    const install = codeFor(new Set(again.map(({ addon }) => addon)));
    await run({ name: `${name}-again`, install, tags: [...new Set(again.map(({ tag }) => tag))] });
  }
  return result;
}

/** Those that never passed. */
function failedThroughout(attempts: readonly LoggedTest[]): LoggedTest[] {
  const byTest = Map.groupBy(attempts, ({ addon, name }) => `${addon}/${name}`);
  return [...byTest.values()].flatMap((runs) => {
    const [first] = runs;
    const failed = runs.every(({ outcome }) => outcome === 'failed' || outcome === 'error');
    return failed && first !== undefined ? [first] : [];
  });
}

/** undefined: Odoo got to the end of all tests, and its own sums agree with what was read. */
function whyStopped(
  { exitCode, log, lastLines }: Session,
  install: readonly Addon[],
): { culprit?: string; broken: Broken } | undefined {
  const { totals, loading, fatal, failures, started } = log;
  if (totals !== undefined && (exitCode === 0 || exitCode === 1)) {
    if (totals.failures === failures && totals.tests === started && (exitCode === 0) === (failures === 0))
      return undefined;
    const told = `${totals.failures} failures of ${totals.tests} tests, exit code ${exitCode}`;
    const reason = `Odoo's log does not add up: it says ${told}; read were ${failures} of ${started}`;
    return { broken: { kind: 'unknown', reason } };
  }
  // Odoo's own way to end on an error is 255; 137 is the system's, for want of memory.
  if (fatal === undefined && exitCode !== 255) {
    const reason = `Odoo ended with ${exitCode} before it had run all tests: ${lastLines}`;
    return { broken: { kind: 'unknown', reason } };
  }
  const reason = `it can't be installed: ${fatal === undefined ? lastLines : causeOf(fatal.message)}`;
  const culprit = install.find(({ name }) => name === loading)?.name;
  if (culprit !== undefined) return { culprit, broken: { kind: 'failed', reason } };
  const where = loading === undefined ? 'after the modules were loaded' : `while ${loading} was installed`;
  return { broken: { kind: 'failed', reason: `Odoo ended with ${exitCode} ${where}: ${reason}` } };
}

/** The exception that ends a traceback, with what it says in further lines. */
function causeOf(message: string): string {
  const lines = message.trimEnd().split('\n');
  const last = lines.findLastIndex((line) => /^[A-Za-z_][\w.]*: /.test(line));
  return lines
    .slice(Math.max(last, 0))
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' | ')
    .slice(0, 500);
}
