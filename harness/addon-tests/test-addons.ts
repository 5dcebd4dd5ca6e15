import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckResult, inconclusive, passed } from '../check.ts';
import type { Progress } from '../progress.ts';
import { type Artifact, resultOf, type Subject, type TestRun } from '../run.ts';
import { folderDigest, freshTemplate } from '../stack/fresh-template.ts';
import { type OdooImage, probeOdoo, resolveImage } from '../stack/image.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';
import type { Addon, Module, ModuleGraph } from './addon.ts';
import type { AllowedRecord } from './allowed-log.ts';
import { closureOf, dependentsOf } from './dependencies.ts';
import { readDurations, rememberDurations } from './durations.ts';
import { brokenBefore, finalRuns, judgeAddon, judgeFlaky, judgeLog } from './judge.ts';
import { reportCoverage } from './measure-coverage.ts';
import { type FoundAddon, findAddons, readAddons, readModulesOfImage } from './read-addons.ts';
import type { Bench } from './run-session.ts';
import { selectAddons, type Wanted } from './select-addons.ts';
import { SessionLogs } from './session-logs.ts';
import { spread } from './shards.ts';
import { type ShardResult, testShard } from './test-shard.ts';
import { findTestTools } from './test-tools.ts';
import type { Broken } from './why-stopped.ts';

export interface TestAddonsOptions extends Wanted {
  image: string;
  postgresImage: string;
  /** Folders that hold addons. */
  folders: readonly string[];
  demo: boolean;
  /** Databases that are tested in at the same time. */
  shards: number;
  /** Whether an addon without tests fails. */
  requireTests: boolean;
  allowed: readonly AllowedRecord[];
  /** Where Odoo's logs and the coverage reports go. */
  out: string;
  progress: Progress;
  signal: AbortSignal;
}

export interface AddonTests {
  subject: Subject;
  results: CheckResult[];
  required: string[];
  tests: TestRun[];
  artifacts: Artifact[];
  /** Paths of the reports, where coverage could be measured. */
  coverage?: { json: string; lcov: string };
}

/**
 * Tests addons in disposable databases: what they depend on comes from the template cache, they themselves are installed
 * with their tests, under coverage. Throws `UsageError` for folders, modules or a base that can't be meant.
 */
export async function testAddons(options: TestAddonsOptions): Promise<AddonTests> {
  const found = await findAddons(options.folders);
  return withRun(options, (context) => testInRun(context, options, found));
}

/** The dependencies of the addons under test, by where they come from. */
export interface Dependencies {
  /** Installed in the template. */
  template: string[];
  /** Code of those that the image lacks. */
  code: Addon[];
  /** Addons that are not under test, but depend on one that is: installed beside it. */
  carried: Addon[];
}

/** Splits the closure of the addons under test. */
export function splitDependencies(
  graph: ModuleGraph,
  addons: readonly Addon[],
  underTest: ReadonlySet<string>,
): Dependencies {
  const above = dependentsOf(graph, underTest);
  const needed = [...closureOf(graph, underTest)].filter((name) => !underTest.has(name));
  const own = addons.filter(({ name }) => needed.includes(name));
  return {
    template: needed.filter((name) => !above.has(name)),
    code: own.filter(({ name }) => !above.has(name)),
    carried: own.filter(({ name }) => above.has(name)),
  };
}

async function testInRun(
  context: RunContext,
  options: TestAddonsOptions,
  found: readonly FoundAddon[],
): Promise<AddonTests> {
  const { engine, run, progress, signal } = context;
  const { demo, out } = options;
  const started = performance.now();
  const [resolved, postgres] = await Promise.all([
    resolveImage(engine, options.image, progress, signal),
    resolveImage(engine, options.postgresImage, progress, signal),
  ]);
  const image = await probeOdoo(engine, resolved, run);
  const { addons, graph } = await progress.step('read the manifests', () => readGraph(context, image, found));
  const chosen = await selectAddons(addons, graph, options);
  const tools = await findTestTools(context, image);

  const broken = new Map<string, Broken>();
  for (const addon of chosen) {
    const why = brokenBefore(graph, addon);
    if (why !== undefined && addon.installable) broken.set(addon.name, why);
  }
  const testable = chosen.filter(({ name, installable }) => installable && !broken.has(name));
  const seen = new Set(testable.map(({ name }) => name));
  const { template, code, carried } = splitDependencies(graph, addons, seen);

  await mkdir(out, { recursive: true });
  const logs = new SessionLogs(out);
  const shards: ShardResult[] = [];
  if (testable.length > 0) {
    const base = await freshTemplate(context, {
      image,
      postgresImage: postgres.id,
      modules: template.length === 0 ? ['base'] : template,
      demo,
      code,
      bundles: tools.browser,
    });
    const weights = await readDurations(image.series);
    const parts = spread([...seen], weights, options.shards);
    const known = new Map([...testable, ...carried].map((addon) => [addon.name, addon]));
    shards.push(
      ...(await progress.step(`test ${testable.length} addons`, (detail) => {
        const bench: Omit<Bench, 'context'> = {
          image,
          tools,
          template: base,
          demo,
          installed: code,
          measured: testable,
          onTest: detail,
          onLine: (session, line) => logs.write(session, line),
        };
        return allOrNone(context, parts, (shardContext, shard, index) =>
          testShard({ ...bench, context: shardContext }, graph, known, { name: `${index + 1}`, addons: shard }),
        );
      })),
    );
    await rememberDurations(image.series, run, new Map(shards.flatMap(({ seconds }) => [...seconds])));
  }
  const artifacts = await logs.close();
  for (const { broken: inShard } of shards) for (const [name, why] of inShard) broken.set(name, why);

  const attempts = shards.flatMap((shard) => shard.attempts);
  const tests = finalRuns(attempts);
  const judged = { requireTests: options.requireTests, hasBrowser: tools.browser };
  const coverage =
    tools.coverage === undefined || shards.length === 0
      ? undefined
      : await progress.step('report coverage', () =>
          writeCoverage(context, image, out, {
            addons: chosen.filter(({ installable }) => installable),
            volumes: shards.flatMap(({ volumes }) => volumes),
          }),
        );
  const results = [
    selectionResult(addons.length, chosen.length, options, performance.now() - started),
    ...chosen.map((addon) =>
      judgeAddon(
        addon,
        tests.filter((test) => test.addon === addon.name),
        broken.get(addon.name),
        judged,
      ),
    ),
    judgeFlaky(tests),
    judgeLog(
      {
        complaints: shards.flatMap(({ complaints }) => complaints),
        furtherComplaints: shards.reduce((sum, each) => sum + each.furtherComplaints, 0),
        records: shards.reduce((sum, { records }) => sum + records, 0),
        cutOff: shards.some(({ cutOff }) => cutOff),
      },
      testable.length,
      options.allowed,
    ),
    ...(tools.coverage === undefined && testable.length > 0 ? [unmeasured()] : []),
  ];
  return {
    subject: {
      image: resolved,
      addons: await Promise.all(chosen.map(async ({ path }) => `sha256:${await folderDigest(path)}`)),
    },
    results,
    required: results.map(({ id }) => id).filter((id) => id !== 'tests.flaky' && id !== 'tests.coverage'),
    tests,
    artifacts,
    ...(coverage === undefined ? {} : { coverage }),
  };
}

async function readGraph(
  context: RunContext,
  image: OdooImage,
  found: readonly FoundAddon[],
): Promise<{ addons: Addon[]; graph: ModuleGraph }> {
  const ofImage = await readModulesOfImage(context, image);
  const addons = await readAddons(context, image, found);
  const own = addons.map((addon): [string, Module] => [
    addon.name,
    { depends: addon.depends, installable: addon.installable && addon.unreadable === undefined },
  ]);
  return { addons, graph: new Map([...ofImage, ...own]) };
}

/** Runs all parts at the same time. When one fails the others are called off and waited for. */
async function allOrNone<Part, Result>(
  context: RunContext,
  parts: readonly Part[],
  work: (context: RunContext, part: Part, index: number) => Promise<Result>,
): Promise<Result[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const running = parts.map((part, index) => work({ ...context, signal }, part, index));
  try {
    return await Promise.all(running);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}

async function writeCoverage(
  context: RunContext,
  image: OdooImage,
  out: string,
  measured: { addons: readonly Addon[]; volumes: readonly string[] },
): Promise<{ json: string; lcov: string }> {
  const report = await reportCoverage(context, image, measured);
  const paths = { json: join(out, 'coverage.json'), lcov: join(out, 'lcov.info') };
  await writeFile(paths.json, report.json);
  await writeFile(paths.lcov, report.lcov);
  return paths;
}

/** `tests.selection`: what is tested was found out, also where it is nothing. */
function selectionResult(all: number, chosen: number, { changedSince }: Wanted, durationMs: number): CheckResult {
  const why = changedSince === undefined ? '' : ` that changed since ${changedSince}, or depend on one that did`;
  const title = `${chosen} of ${all} addons${why || ' to test'}`;
  return resultOf({ id: 'tests.selection', title, severity: 'medium' }, passed(all), durationMs);
}

function unmeasured(): CheckResult {
  return resultOf(
    { id: 'tests.coverage', title: 'Coverage is measured', severity: 'medium' },
    inconclusive('the image has no coverage.py: add the package python3-coverage to it'),
    0,
  );
}
