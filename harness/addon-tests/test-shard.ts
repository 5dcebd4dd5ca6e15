import type { Addon, ModuleGraph } from './addon.ts';
import { closureOf, dependentsOf } from './dependencies.ts';
import { type Bench, runSession } from './run-session.ts';
import type { Complaint, LoggedTest } from './test-log.ts';
import { type Broken, whyStopped } from './why-stopped.ts';

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
  /** Whether the surroundings ended a session: what it complained of then proves nothing. */
  cutOff: boolean;
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
    cutOff: false,
    volumes: [],
    seconds: new Map(),
  };
  const codeFor = (names: Iterable<string>) =>
    [...closureOf(graph, names)].flatMap((each) => code.get(each) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  const run = async (session: { name: string; install: readonly Addon[]; tags: readonly string[] }) => {
    const done = await runSession(bench, session);
    result.volumes.push(done.volume);
    result.attempts.push(...done.log.tests);
    result.records += done.records;
    result.furtherComplaints += done.log.complaintCount - done.log.complaints.length;
    return done;
  };

  let remaining = [...addons];
  for (let round = 1; remaining.length > 0; round += 1) {
    const install = codeFor(remaining);
    const done = await run({ name: `${name}-${round}`, install, tags: remaining.map((each) => `/${each}`) });
    const stopped = whyStopped(done, install);
    if (stopped?.broken.kind === 'unknown') result.cutOff = true;
    else result.complaints.push(...done.log.complaints.filter((record) => !tellsOfEnd(record, stopped?.culprit)));
    if (stopped === undefined) {
      for (const each of remaining.filter((other) => !done.log.installed.has(other))) {
        result.broken.set(each, { kind: 'failed', reason: 'Odoo went on without installing it, and did not say why' });
      }
      break;
    }
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
    const { log } = await run({ name: `${name}-again`, install, tags: [...new Set(again.map(({ tag }) => tag))] });
    result.complaints.push(...log.complaints);
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

/** What Odoo says on all sides when it ends at an addon that can't be installed: the addon's own check tells it once. */
function tellsOfEnd({ logger, during }: Complaint, culprit: string | undefined): boolean {
  if (culprit === undefined || (during !== culprit && during !== '')) return false;
  return /^odoo\.(?:modules\.(?:loading|registry)|registry|service\.server)$/.test(logger);
}
