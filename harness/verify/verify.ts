import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, inconclusive } from '../check.ts';
import { gateCoverage } from '../coverage-gate/gate.ts';
import type { ReadOnlySession } from '../database/read-only.ts';
import type { Progress } from '../progress.ts';
import { removeReport } from '../report/write.ts';
import {
  type Artifact,
  buildReport,
  type RunReport,
  resultOf,
  runChecks,
  type Sanitized,
  type Visits,
} from '../run.ts';
import { sanitize } from '../sanitize/sanitize.ts';
import type { SanitizeChecksOptions } from '../sanitize-checks/checks.ts';
import { findBrowser } from '../smoke/browser.ts';
import { menuCheck } from '../smoke/menu-walk/judge-walk.ts';
import { prepareSmoke, type Smoke } from '../smoke/run-smoke.ts';
import { folderDigest } from '../stack/fresh-template.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import { type RunContext, withRun } from '../stack/run-context.ts';
import { sideBySide } from '../stack/side-by-side.ts';
import { boot } from './boot.ts';
import { DriftWatch } from './drift-watch.ts';
import { checkStored, codeToTry, tryNeutralization } from './examine.ts';
import { bootCheck, needsOdoo, requiredFlows, VERIFY_CHECKS } from './plan.ts';
import { type Copy, type CopyOptions, prepareCopy } from './prepare-copy.ts';
import { type FingerprintSource, lookForResidue, openFingerprints, residueIds } from './residue.ts';
import { neutralize } from './sanitize-database.ts';
import { chosen, selectChecks } from './selection.ts';
import { findAdministrator, openDoorForSmoke } from './smoke-user.ts';
import { logCheck } from './stack-checks.ts';
import { toolVersion } from './tool-version.ts';
import { updateCheck, updateModules } from './update-modules.ts';
import { askOdoo, isAnonymous, openMenus, walkThrough } from './visit.ts';

export interface VerifyOptions extends CopyOptions {
  /** What `web.base.url` is, or is made to be. */
  baseUrl: URL;
  /** `as-found` changes nothing before the checks; the others sanitize the copy first. */
  treatment: 'as-found' | 'sanitize' | 'sanitize-and-anonymize';
  /** Users' password after anonymizing; a new one unless told. */
  stagingPassword?: string;
  /** Folders of addons that the image lacks. */
  addons?: readonly string[];
  /** Modules that Odoo updates (`-u`) before it starts; `all` is all of them. */
  update?: readonly string[];
  coverage?: { reports: readonly string[]; base?: string; min: number };
  /** Without it nothing is looked for, and nothing said. */
  fingerprint?: FingerprintSource;
  /** Rules of the user's own, and whether the unknown fails. */
  held?: SanitizeChecksOptions;
  /** Patterns of check ids; without them every check is required. */
  only?: readonly string[];
  /** Every menu is opened, too, which takes a second or so for each. */
  menus?: boolean;
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
  if (requiredFlows(required).length > 0 || required.includes(menuCheck.id)) findBrowser();
  const addons = await Promise.all((options.addons ?? []).map(folderDigest));
  const artifactFolder = options.out ?? (await mkdtemp(join(tmpdir(), 'odoo-gate-')));
  try {
    const { copy, sanitized, results, visits, artifacts } = await withRun(options, (context) =>
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
          platform: copy.image.platform,
          ...(copy.image.digest === undefined ? {} : { digest: copy.image.digest }),
        },
        database: { name: STACK_DATABASE, odooVersion: copy.odooVersion, modules: copy.modules },
        backup: { digest: copy.backup.digest },
        ...(addons.length === 0 ? {} : { addons: addons.map((digest) => `sha256:${digest}`) }),
      },
      sanitized,
      required,
      results: complete(results, required),
      visits,
      artifacts: options.out === undefined ? [] : artifacts,
    });
  } finally {
    if (options.out === undefined) await rm(artifactFolder, { recursive: true, force: true });
  }
}

interface Verified {
  copy: Copy;
  sanitized: Sanitized | undefined;
  results: CheckResult[];
  visits: Visits[] | undefined;
  artifacts: Artifact[];
}

function requiredChecks({ coverage, fingerprint, held, update, menus, only }: VerifyOptions): string[] {
  const coverageIds =
    coverage === undefined ? [] : ['coverage.total', ...(coverage.base === undefined ? [] : ['coverage.no-decrease'])];
  const updateIds = update === undefined ? [] : [updateCheck.id];
  const menuIds = menus ? [menuCheck.id] : [];
  const all = [
    ...VERIFY_CHECKS,
    ...menuIds,
    ...updateIds,
    ...customIds(held),
    ...residueIds(fingerprint, true),
    ...coverageIds,
  ];
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
  const coverage = options.coverage === undefined ? [] : (await gateCoverage(options.coverage)).results;
  const fingerprints = await openFingerprints(options.fingerprint);
  const ownFilestore = options.treatment === 'sanitize-and-anonymize';
  const copy = await prepareCopy(context, { ...options, ownFilestore });
  const flows = requiredFlows(required);
  // Loads while the copy is sanitized and Odoo starts.
  const smoke = flows.length === 0 ? undefined : prepareSmoke(flows);
  try {
    const { results, ...judged } = await judgeCopy(context, copy, options, {
      required,
      fingerprints,
      smoke,
      artifactFolder,
    });
    return { copy, ...judged, results: [...coverage, ...results] };
  } finally {
    await smoke?.close();
  }
}

interface Means {
  required: readonly string[];
  fingerprints: Awaited<ReturnType<typeof openFingerprints>>;
  smoke: Smoke | undefined;
  artifactFolder: string;
}

async function judgeCopy(
  context: RunContext,
  copy: Copy,
  options: VerifyOptions,
  { required, fingerprints, smoke, artifactFolder }: Means,
): Promise<Omit<Verified, 'copy'>> {
  const { addons = [], baseUrl, treatment } = options;
  const stagingPassword = options.stagingPassword ?? randomBytes(12).toString('base64url');
  const [modules, sanitized] = await sideBySide(context.signal, (signal) => [
    codeToTry({ ...context, signal }, copy.image, { addons, required }),
    treatment === 'as-found'
      ? Promise.resolve(undefined)
      : sanitizeCopy({ ...context, signal }, copy, options, stagingPassword),
  ]);

  const address = copy.postgres.address(STACK_DATABASE);
  const administrator = await findAdministrator(address);
  const anonymized = treatment === 'sanitize-and-anonymize';
  const password = anonymized ? stagingPassword : randomBytes(12).toString('base64url');
  const examined = { address, filestore: copy.filestore, baseUrl, stagingPassword, held: options.held ?? {} };
  const neutral = await tryNeutralization(context, examined, modules);

  // The checks' snapshot is taken before anything else touches the copy; they then run while Odoo starts.
  const snapshot = Promise.withResolvers<void>();
  const drift = new DriftWatch(address, { baseUrl, stagingPassword }, required);
  const onSnapshot = (session: ReadOnlySession) => drift.begin(session).then(snapshot.resolve);
  const stored = checkStored(context, examined, required, onSnapshot).then(async (results) => [
    ...results,
    ...(await lookForResidue(examined, fingerprints, required, context.progress)),
  ]);
  const [storedResults, started] = await sideBySide(context.signal, (signal) => [
    stored,
    (async () => {
      await Promise.race([snapshot.promise, stored]);
      if (administrator !== undefined && !anonymized) await openDoorForSmoke(address, administrator, password);
      const { update: modules } = options;
      if (modules === undefined || !required.includes(bootCheck.id))
        return boot({ ...context, signal }, copy, addons, required);
      // A table that an update rewrites looks empty to a snapshot from before.
      await stored;
      const updated = await updateModules({ ...context, signal }, copy, { modules, addons });
      await drift.ask('update');
      const booted = await boot({ ...context, signal }, copy, addons, required, updated.dataVolume);
      return { ...booted, results: [updated.result, ...booted.results] };
    })(),
  ]);
  const results = [...neutral, ...storedResults, ...started.results];
  if (started.odoo === undefined) return { sanitized, results, visits: undefined, artifacts: [] };

  const { url, log, ended } = started.odoo;
  const user = administrator && { login: administrator.login, password };
  options.onStarted?.({ url, login: user?.login ?? '', password, runId: context.run.id });
  const running = { url, database: STACK_DATABASE, log, ended, address, series: copy.image.series, user };
  const screenshots = anonymized && isAnonymous(storedResults) ? 'keep' : 'blur';
  const asOfBoot = Promise.withResolvers<void>();
  const askedAgain = drift.ask('boot', asOfBoot.resolve);
  await Promise.race([asOfBoot.promise, askedAgain]);
  const [[asked], walked] = await sideBySide(context.signal, (signal) => [
    Promise.all([askOdoo(running, required), askedAgain]),
    walkThrough({ ...context, signal }, running, { smoke, baseUrl, screenshots, outDir: artifactFolder }),
  ]);
  const menus = required.includes(menuCheck.id)
    ? await openMenus(context, running, { baseUrl, screenshots, outDir: artifactFolder })
    : undefined;
  results.push(...asked, ...walked.results, ...(menus === undefined ? [] : [menus.result]));
  await drift.ask('flows');
  results.push(...drift.judge(storedResults));
  results.push(...(await runChecks(chosen([logCheck], required), { url, log })));
  const artifacts = [...walked.artifacts, ...(menus?.artifacts ?? [])];
  return { sanitized, results, visits: menus?.visits, artifacts };
}

async function sanitizeCopy(
  context: RunContext,
  copy: Copy,
  options: VerifyOptions,
  stagingPassword: string,
): Promise<Sanitized> {
  const address = copy.postgres.address(STACK_DATABASE);
  const { neutralizedBy, changes } = await sanitize({
    address,
    baseUrl: options.baseUrl,
    progress: context.progress,
    neutralize: () => neutralize(context, copy.image, { address, addons: options.addons ?? [] }),
    ...(options.treatment === 'sanitize-and-anonymize'
      ? { anonymize: { stagingPassword, key: randomBytes(32).toString('hex'), filestore: copy.filestore } }
      : {}),
  });
  return {
    neutralizedBy,
    changes: changes
      .filter(({ rows }) => rows > 0)
      .map(({ table, action, columns, rows }) => ({ table, action, columns: [...columns], rows })),
  };
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
