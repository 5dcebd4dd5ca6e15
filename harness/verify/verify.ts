import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filestoreComplete } from '../backup/filestore-complete.ts';
import { type CheckOutcome, type CheckResult, failedUnlessEmpty, inconclusive, passed } from '../check.ts';
import { gateCoverage } from '../coverage-gate/gate.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import type { Progress } from '../progress.ts';
import { removeReport } from '../report/write.ts';
import { type Artifact, buildReport, type RunReport, resultOf, runChecks } from '../run.ts';
import { sanitize } from '../sanitize/sanitize.ts';
import { type SanitizeChecksOptions, sanitizeChecks, sanitizeChecksWith } from '../sanitize-checks/checks.ts';
import { sanitizeContext } from '../sanitize-checks/context.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import { findBrowser } from '../smoke/browser.ts';
import { runSmoke, SMOKE_CHECKS, type SmokeOutcome } from '../smoke/run-smoke.ts';
import { folderDigest } from '../stack/fresh-template.ts';
import { type RunningOdoo, startOdoo } from '../stack/odoo.ts';
import type { OdooLog } from '../stack/odoo-log.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import { OdooDidNotStart } from '../stack/readiness.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';
import { sideBySide } from '../stack/side-by-side.ts';
import { compareDrift } from './drift.ts';
import { modulesInStack } from './module-code.ts';
import { ASKED_AGAIN, bootCheck, driftCheck, needsOdoo, VERIFY_CHECKS } from './plan.ts';
import { type Copy, type CopyOptions, prepareCopy } from './prepare-copy.ts';
import { type FingerprintSource, lookForResidue, openFingerprints, residueIds } from './residue.ts';
import { rpcCheck } from './rpc-check.ts';
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
  /** Without it nothing is looked for, and nothing said. */
  fingerprint?: FingerprintSource;
  /** Rules of the user's own, and whether the unknown fails. */
  held?: SanitizeChecksOptions;
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
  if (options.out !== undefined) await removeReport(options.out);
  const required = requiredChecks(options);
  // Better now than after the restore.
  if (required.some((id) => SMOKE_CHECKS.includes(id))) findBrowser();
  const addons = await Promise.all((options.addons ?? []).map(folderDigest));
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
        ...(addons.length === 0 ? {} : { addons: addons.map((digest) => `sha256:${digest}`) }),
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

function requiredChecks({ coverage, fingerprint, held, only }: VerifyOptions): string[] {
  const coverageIds =
    coverage === undefined ? [] : ['coverage.total', ...(coverage.base === undefined ? [] : ['coverage.no-decrease'])];
  const all = [...VERIFY_CHECKS, ...customIds(held), ...residueIds(fingerprint, true), ...coverageIds];
  const chosen = selectChecks(all, only);
  // What needs Odoo needs that it starts, chosen or not.
  return all.filter((id) => chosen.includes(id) || (id === bootCheck.id && chosen.some(needsOdoo)));
}

const customIds = ({ rules = [] }: SanitizeChecksOptions = {}) => rules.map(({ id }) => `sanitize.custom.${id}`);

async function verifyCopy(
  context: RunContext,
  options: VerifyOptions,
  required: readonly string[],
  artifactFolder: string,
): Promise<Verified> {
  const coverage = options.coverage === undefined ? [] : await gateCoverage(options.coverage);
  const fingerprints = await openFingerprints(options.fingerprint);
  const copy = await prepareCopy(context, options);
  const stagingPassword = options.stagingPassword ?? randomBytes(12).toString('base64url');
  if (options.treatment !== 'as-found') await sanitizeCopy(context, copy, options, stagingPassword);

  const address = copy.postgres.address(STACK_DATABASE);
  const administrator = await findAdministrator(address);
  const password =
    options.treatment === 'sanitize-and-anonymize' ? stagingPassword : randomBytes(12).toString('base64url');
  const examined = {
    address,
    filestore: copy.filestore,
    baseUrl: options.baseUrl,
    stagingPassword,
    held: options.held ?? {},
  };

  const neutral = await tryNeutralization(context, copy, options, required);

  // The checks' snapshot is taken before anything else touches the copy; they then run while Odoo starts.
  const snapshot = Promise.withResolvers<void>();
  const stored = checkStored(context, examined, required, snapshot.resolve).then(async (results) => [
    ...results,
    ...(await lookForResidue(examined, fingerprints, required, context.progress)),
  ]);
  const [storedResults, started] = await sideBySide(context.signal, (signal) => [
    stored,
    (async () => {
      await Promise.race([snapshot.promise, stored]);
      if (administrator !== undefined && options.treatment !== 'sanitize-and-anonymize')
        await openDoorForSmoke(address, administrator, password);
      return boot({ ...context, signal }, copy, options, required);
    })(),
  ]);
  const results = [...coverage, ...neutral, ...storedResults, ...started.results];
  if (started.odoo === undefined) return { copy, results, artifacts: [] };

  const { url, log } = started.odoo;
  const { series } = copy.image;
  const user = administrator && { login: administrator.login, password };
  options.onStarted?.({ url, login: user?.login ?? '', password, runId: context.run.id });
  const running = { url, database: STACK_DATABASE, log, address, series, user };
  const privacy = options.treatment === 'sanitize-and-anonymize' && isAnonymous(storedResults) ? 'keep' : 'blur';
  const [asked, smoke] = await sideBySide(context.signal, (signal) => [
    askOdoo(running, required),
    walkThrough({ ...context, signal }, running, { required, baseUrl: options.baseUrl, privacy, artifactFolder }),
  ]);
  results.push(...asked, ...smoke.results);
  if (required.includes(driftCheck.id)) results.push(await askAgain(examined, storedResults));
  results.push(...(await runChecks(chosen([logCheck], required), { url, log })));
  return { copy, results, artifacts: smoke.artifacts };
}

interface Examined {
  address: DatabaseAddress;
  filestore: string;
  baseUrl: URL;
  stagingPassword: string;
  held: SanitizeChecksOptions;
}

/** What SQL and the filestore tell, of one moment; `onSnapshot` is called once that moment is held. */
async function checkStored(
  { progress }: RunContext,
  { address, filestore, held, ...options }: Examined,
  required: readonly string[],
  onSnapshot: () => void,
): Promise<CheckResult[]> {
  const wanted = required.includes(driftCheck.id) ? [...required, ...ASKED_AGAIN] : required;
  return withReadOnlySession(address, async (session) => {
    onSnapshot();
    const found = await sanitizeContext(session, options);
    return progress.step('check what is stored', async (detail) => [
      ...(await runChecks(chosen(sanitizeChecksWith(held), wanted), found, { onResult: ({ id }) => detail(id) })),
      ...(await runChecks(chosen([filestoreComplete], required), { session, filestore })),
    ]);
  });
}

interface Running {
  url: URL;
  database: string;
  log: OdooLog;
  address: DatabaseAddress;
  /** Of the image. */
  series: string;
  /** undefined where the database has no administrator. */
  user: { login: string; password: string } | undefined;
}

async function askOdoo({ address, user, ...odoo }: Running, required: readonly string[]): Promise<CheckResult[]> {
  const overSql = await withReadOnlySession(address, (session) =>
    runChecks(chosen(stackChecks, required), { ...odoo, session }),
  );
  if (user === undefined) return overSql;
  return [...overSql, ...(await runChecks(chosen([rpcCheck], required), { ...odoo, ...user }))];
}

async function walkThrough(
  { progress, signal }: RunContext,
  { url, database, user }: Running,
  run: { required: readonly string[]; baseUrl: URL; privacy: 'keep' | 'blur'; artifactFolder: string },
): Promise<SmokeOutcome> {
  const flows = SMOKE_CHECKS.filter((id) => run.required.includes(id)).map((id) => id.slice('smoke.'.length));
  if (flows.length === 0 || user === undefined) return { results: [], artifacts: [] };
  return runSmoke({
    url,
    database,
    ...user,
    flows,
    baseUrl: run.baseUrl,
    outDir: run.artifactFolder,
    screenshots: run.privacy,
    signal,
    progress,
  });
}

async function askAgain({ address, ...options }: Examined, before: readonly CheckResult[]): Promise<CheckResult> {
  const started = performance.now();
  const after = await withReadOnlySession(address, async (session) =>
    runChecks(chosen(sanitizeChecks, ASKED_AGAIN), await sanitizeContext(session, options)),
  );
  const asked = before.filter(({ id }) => ASKED_AGAIN.includes(id));
  return resultOf(driftCheck, compareDrift(asked, after), performance.now() - started);
}

/** Proven to hold no personal data that a screenshot could show; what was not asked is not proven. */
function isAnonymous(results: readonly CheckResult[]): boolean {
  return ['sanitize.partners', 'sanitize.users', 'sanitize.documents', 'sanitize.messages'].every((id) =>
    results.some((each) => each.id === id && (each.status === 'passed' || each.status === 'not-applicable')),
  );
}

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

/** Before Odoo starts: it needs the rows for itself for a moment. */
async function tryNeutralization(
  context: RunContext,
  copy: Copy,
  { addons = [] }: VerifyOptions,
  required: readonly string[],
): Promise<CheckResult[]> {
  if (!required.includes(fixedPoint.id)) return [];
  return context.progress.step("try the modules' own neutralization, and roll it back", async () =>
    runChecks([fixedPoint], {
      address: copy.postgres.address(STACK_DATABASE),
      modules: await modulesInStack(context, copy.image, addons),
    }),
  );
}

async function boot(
  context: RunContext,
  copy: Copy,
  options: VerifyOptions,
  required: readonly string[],
): Promise<{ odoo?: RunningOdoo; results: CheckResult[] }> {
  if (!required.includes(bootCheck.id)) return { results: [] };
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
    return { results: [resultOf(bootCheck, bootOutcome(error), performance.now() - started)] };
  }
}

function bootOutcome({ code, message, next }: OdooDidNotStart): CheckOutcome {
  const [line = '', ...log] = message.split('\n');
  if (code === 'odoo-not-ready') return inconclusive(line);
  // The error itself stands at the end of a traceback.
  const location = log
    .map((each) => each.trim())
    .slice(-3)
    .join(' | ');
  return failedUnlessEmpty([{ message: line, location, fix: next }], 1);
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
