import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filestoreComplete } from '../backup/filestore-complete.ts';
import { type CheckResult, failedUnlessEmpty, inconclusive, notApplicable, passed } from '../check.ts';
import { gateCoverage } from '../coverage-gate/gate.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import type { Progress } from '../progress.ts';
import { type Artifact, buildReport, type RunReport, resultOf, runChecks } from '../run.ts';
import { sanitize } from '../sanitize/sanitize.ts';
import { sanitizeChecks } from '../sanitize-checks/checks.ts';
import { sanitizeContext } from '../sanitize-checks/context.ts';
import { findBrowser } from '../smoke/browser.ts';
import { runSmoke, SMOKE_CHECKS } from '../smoke/run-smoke.ts';
import { type RunningOdoo, startOdoo } from '../stack/odoo.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import { OdooDidNotStart } from '../stack/readiness.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';
import { ASKED_AGAIN, bootCheck, driftCheck, VERIFY_CHECKS } from './plan.ts';
import { type Copy, type CopyOptions, prepareCopy } from './prepare-copy.ts';
import { neutralize } from './sanitize-database.ts';
import { selectChecks } from './selection.ts';
import { findAdministrator, openDoorForSmoke } from './smoke-user.ts';
import { logCheck, stackChecks } from './stack-checks.ts';
import { toolVersion } from './tool-version.ts';

export interface VerifyOptions extends CopyOptions {
  /** What `web.base.url` is, or is made to be. */
  baseUrl: URL;
  /** `as-found` changes nothing before the checks; the others sanitize the copy first. */
  treatment: 'as-found' | 'sanitize' | 'sanitize-and-anonymize';
  /** Users' password after anonymizing; a new one unless told. */
  stagingPassword?: string;
  /** Folders of addons that the image lacks. */
  addons?: readonly string[];
  coverage?: { reports: readonly string[]; base?: string; min: number };
  /** Patterns of check ids; without them every check is required. */
  only?: readonly string[];
  /** Folder for screenshots and traces; without it none are kept. */
  out?: string;
  keep?: boolean;
  progress: Progress;
  signal: AbortSignal;
  /** Told where Odoo answers once it does. */
  onStarted?(where: { url: URL; login: string; password: string; runId: string }): void;
}

/**
 * The whole flow: restores the backup on a cut-off stack, sanitizes it if asked, holds it to every check while Odoo
 * starts, drives the browser through it, asks again, and judges. Whatever was started is gone afterwards.
 */
export async function verify(options: VerifyOptions): Promise<RunReport> {
  const startedAt = new Date();
  const coverageIds =
    options.coverage === undefined
      ? []
      : ['coverage.total', ...(options.coverage.base === undefined ? [] : ['coverage.no-decrease'])];
  const required = selectChecks([...VERIFY_CHECKS, ...coverageIds], options.only);
  // Better now than after the restore.
  if (required.some((id) => SMOKE_CHECKS.includes(id))) findBrowser();
  const artifactFolder = options.out ?? (await mkdtemp(join(tmpdir(), 'odoo-gate-')));
  try {
    const { copy, results, artifacts } = await withRun(options, (context) =>
      verifyCopy(context, options, required, artifactFolder),
    );
    return buildReport({
      toolVersion,
      startedAt,
      finishedAt: new Date(),
      subject: {
        image: {
          reference: copy.image.reference,
          id: copy.image.id,
          ...(copy.image.digest === undefined ? {} : { digest: copy.image.digest }),
        },
        database: { name: STACK_DATABASE, odooVersion: copy.odooVersion, modules: copy.modules },
        backup: { digest: copy.backup.digest },
      },
      required,
      results: complete(results, required),
      artifacts: options.out === undefined ? [] : artifacts,
    });
  } finally {
    if (options.out === undefined) await rm(artifactFolder, { recursive: true, force: true });
  }
}

interface Verified {
  copy: Copy;
  results: CheckResult[];
  artifacts: Artifact[];
}

async function verifyCopy(
  context: RunContext,
  options: VerifyOptions,
  required: readonly string[],
  artifactFolder: string,
): Promise<Verified> {
  const { progress } = context;
  const coverage = options.coverage === undefined ? [] : await gateCoverage(options.coverage);
  const copy = await prepareCopy(context, options);
  const stagingPassword = options.stagingPassword ?? randomBytes(12).toString('base64url');
  if (options.treatment !== 'as-found') await sanitizeCopy(context, copy, options, stagingPassword);

  const address = copy.postgres.address(STACK_DATABASE);
  const login = await findAdministrator(address);
  const password =
    options.treatment === 'sanitize-and-anonymize' ? stagingPassword : randomBytes(12).toString('base64url');
  const sanitizeOptions = { baseUrl: options.baseUrl, stagingPassword };

  // The checks' snapshot is taken before anything else touches the copy; they then run while Odoo starts.
  const snapshot = Promise.withResolvers<void>();
  const baseline = required.includes(driftCheck.id) ? [...required, ...ASKED_AGAIN] : required;
  const stored = withReadOnlySession(address, async (session) => {
    snapshot.resolve();
    const found = await sanitizeContext(session, sanitizeOptions);
    return progress.step('check what is stored', async (detail) => [
      ...(await runChecks(chosen(sanitizeChecks, baseline), found, { onResult: ({ id }) => detail(id) })),
      ...(await runChecks(chosen([filestoreComplete], required), { session, filestore: copy.filestore })),
    ]);
  });
  stored.catch(() => {}); // awaited below, after what may fail first
  await Promise.race([snapshot.promise, stored]);
  if (login !== undefined && options.treatment !== 'sanitize-and-anonymize')
    await openDoorForSmoke(address, login, password);

  const booted = boot(context, copy, options, required);
  const [storedResults, started] = await Promise.all([stored, booted]);
  const results = [...coverage, ...storedResults, ...started.results];
  const artifacts: Artifact[] = [];
  if (started.odoo === undefined) return { copy, results, artifacts };

  const { odoo } = started;
  options.onStarted?.({ url: odoo.url, login: login ?? '', password, runId: context.run.id });
  results.push(
    ...(await withReadOnlySession(address, (session) =>
      runChecks(chosen(stackChecks, required), { url: odoo.url, database: STACK_DATABASE, log: odoo.log, session }),
    )),
  );
  const flows = SMOKE_CHECKS.filter((id) => required.includes(id)).map((id) => id.slice('smoke.'.length));
  if (flows.length > 0 && login !== undefined) {
    // Where the copy may hold personal data no screenshot, message or trace may show it.
    const clean = storedResults.filter(({ id }) => PERSONAL.includes(id)).every(({ status }) => status === 'passed');
    const smoke = await runSmoke({
      url: odoo.url,
      baseUrl: options.baseUrl,
      database: STACK_DATABASE,
      login,
      password,
      flows,
      outDir: artifactFolder,
      screenshots: options.treatment === 'sanitize-and-anonymize' && clean ? 'keep' : 'blur',
      signal: context.signal,
      progress,
    });
    results.push(...smoke.results);
    artifacts.push(...smoke.artifacts);
  }
  if (required.includes(driftCheck.id)) {
    const drift = await withReadOnlySession(address, async (session) =>
      runChecks(
        sanitizeChecks.filter(({ id }) => ASKED_AGAIN.includes(id)),
        await sanitizeContext(session, sanitizeOptions),
      ),
    );
    results.push(compareDrift(storedResults, drift));
  }
  results.push(...(await runChecks(chosen([logCheck], required), { log: odoo.log })));
  return { copy, results, artifacts };
}

const PERSONAL = ['sanitize.partners', 'sanitize.users'];

async function sanitizeCopy(
  context: RunContext,
  copy: Copy,
  options: VerifyOptions,
  stagingPassword: string,
): Promise<void> {
  const address = copy.postgres.address(STACK_DATABASE);
  await sanitize({
    address,
    baseUrl: options.baseUrl,
    progress: context.progress,
    neutralize: () => neutralize(context, copy.image, { address, addons: options.addons ?? [] }),
    ...(options.treatment === 'sanitize-and-anonymize'
      ? { anonymize: { stagingPassword, key: randomBytes(32).toString('hex') } }
      : {}),
  });
}

async function boot(
  context: RunContext,
  copy: Copy,
  options: VerifyOptions,
  required: readonly string[],
): Promise<{ odoo?: RunningOdoo; results: CheckResult[] }> {
  const needed = required.filter((id) => /^(stack|smoke)\.|^sanitize\.drift$/.test(id));
  if (needed.length === 0) return { results: [] };
  const { engine, run, network, signal } = context;
  const started = performance.now();
  try {
    const odoo = await context.progress.step('start Odoo', () =>
      startOdoo(engine, {
        run,
        network,
        image: copy.image,
        database: copy.postgres.address(STACK_DATABASE),
        filestore: copy.filestore,
        addons: options.addons ?? [],
        signal,
      }),
    );
    return { odoo, results: [resultOf(bootCheck, passed(2), performance.now() - started)] };
  } catch (error) {
    if (!(error instanceof OdooDidNotStart)) throw error;
    const [line = '', ...log] = error.message.split('\n');
    const finding = { message: line, location: log.slice(-3).join(' | '), fix: error.next };
    return { results: [resultOf(bootCheck, failedUnlessEmpty([finding], 1), performance.now() - started)] };
  }
}

/** What held before Odoo started and does not any more. Nothing held: nothing to lose. */
function compareDrift(before: readonly CheckResult[], after: readonly CheckResult[]): CheckResult {
  const held = after.filter(({ id }) => before.some((each) => each.id === id && each.status === 'passed'));
  const durationMs = after.reduce((sum, each) => sum + each.durationMs, 0);
  const unclear = held.find(({ status }) => status === 'inconclusive');
  if (held.length === 0) {
    return resultOf(driftCheck, notApplicable('none of the checks that are asked again had passed before'), durationMs);
  }
  const findings = held.flatMap((each) => (each.status === 'failed' ? each.findings : []));
  if (findings.length === 0 && unclear !== undefined) {
    return resultOf(driftCheck, inconclusive(`${unclear.id} could not be asked again`), durationMs);
  }
  return resultOf(driftCheck, failedUnlessEmpty(findings, held.length), durationMs);
}

function chosen<C extends { id: string }>(checks: readonly C[], required: readonly string[]): C[] {
  return checks.filter(({ id }) => required.includes(id));
}

/** Every required check in order; one that did not come to run is inconclusive, in plain sight. */
function complete(results: readonly CheckResult[], required: readonly string[]): CheckResult[] {
  return required.flatMap((id) => {
    const found = results.filter((each) => each.id === id);
    if (found.length > 0) return found;
    const missing = { id, title: 'Not run', severity: 'high' as const };
    return [resultOf(missing, inconclusive('what it needs did not come up: see stack.boot and the administrator'), 0)];
  });
}
