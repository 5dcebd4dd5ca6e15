import {
  type Distrust,
  expired,
  type OpenedEvidence,
  openEvidence,
  otherSubject,
  VERIFY_AGAIN,
} from '../../harness/evidence/open-evidence.ts';
import { RUN_KINDS, type RunKind } from '../../harness/evidence/statement.ts';
import type { Signer } from '../../harness/evidence/trust.ts';
import type { Digest } from '../registry/reference.ts';
import { type Refusal, Refused, refusal } from './refusal.ts';
import { refusalsOf } from './report-refusals.ts';

/** An envelope, and where it is from. */
export interface EvidenceFile {
  name: string;
  json: string;
}

export interface RunRules {
  environment: string;
  /** As `formatRepository` writes it. */
  repository: string;
  digest: Digest;
  /** Kinds of runs that there have to be. */
  runs: readonly RunKind[];
  /** The checks that a run of a kind has to require. */
  required: Readonly<Partial<Record<RunKind, readonly string[]>>>;
  /** Checks that some run has to require, whichever. */
  checks: readonly string[];
  maxAgeMs: number;
  now: Date;
}

/**
 * Opens every file. Throws `Refused` when one of them can't be trusted: it might be the failure that speaks against the
 * others.
 */
export function openAll(files: readonly EvidenceFile[], signers: readonly Signer[]): OpenedEvidence[] {
  const refusals: Refusal[] = [];
  const opened = new Map<string, OpenedEvidence>();
  for (const { name, json } of files) {
    const each = openEvidence(json, signers);
    if ('code' in each) refusals.push({ ...each, message: `${name}: ${each.message}` });
    else opened.set(each.sha256, each);
  }
  throwAny(refusals);
  const ids = [...opened.values()].map(({ evidence }) => evidence.runId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new Refused(refusal('run-twice', `Two statements claim to be of the run ${twice}.`, VERIFY_AGAIN));
  }
  return [...opened.values()];
}

/**
 * Of every kind the latest run that is about this image, environment and repository. Throws `Refused` when a kind is
 * missing or the latest speaks against the image: what passed before that counts no more. What is about other images
 * is passed over where there is something else.
 */
export function selectRuns(opened: readonly OpenedEvidence[], rules: RunRules): OpenedEvidence[] {
  const judged = opened.map((each) => ({ each, other: notAbout(each, rules) }));
  const about = judged.filter(({ other }) => other === undefined).map(({ each }) => each);
  const missing = rules.runs.filter((kind) => !about.some(({ evidence }) => evidence.run === kind));
  throwAny(missing.map((kind) => judged.find(({ each }) => each.evidence.run === kind)?.other ?? noRun(kind)));

  const latest = RUN_KINDS.flatMap((kind) => latestOf(about.filter(({ evidence }) => evidence.run === kind)) ?? []);
  throwAny(latest.flatMap((each) => speaksAgainst(each, rules)));
  const held = new Set(latest.flatMap(({ evidence }) => evidence.report.policy.required));
  const unheld = rules.checks.filter((check) => !held.has(check));
  if (unheld.length > 0) {
    throw new Refused(refusal('other-policy', `No run was held to ${unheld.join(', ')}.`, VERIFY_AGAIN));
  }
  return latest;
}

function notAbout({ evidence }: OpenedEvidence, rules: RunRules): Refusal | undefined {
  const other: Distrust | undefined = otherSubject(evidence, rules);
  if (other !== undefined || evidence.digest === rules.digest) return other;
  return refusal(
    'other-digest',
    `The source tag is ${rules.digest}, but the evidence is about ${evidence.digest}.`,
    'Verify the image that the source tag names now, then promote with that evidence.',
  );
}

function noRun(kind: RunKind): Refusal {
  return refusal(
    'run-missing',
    `There is no evidence of a ${kind} run.`,
    `Run odoo-gate ${kind} with --sign-key-env, and give its evidence.json too.`,
  );
}

/** Of two that finished at once the one that failed. */
function latestOf(runs: readonly OpenedEvidence[]): OpenedEvidence | undefined {
  const finished = ({ evidence: { report } }: OpenedEvidence) =>
    Date.parse(report.finishedAt) + (report.verdict === 'pass' ? 0 : 0.5);
  return runs.toSorted((a, b) => finished(a) - finished(b)).at(-1);
}

function speaksAgainst({ evidence }: OpenedEvidence, { required, now, maxAgeMs }: RunRules): Refusal[] {
  const late = expired(evidence, now);
  if (late !== undefined) return [late];
  const asked = required[evidence.run];
  const rules = { now, maxAgeMs, namesImage: evidence.run === 'verify', ...(asked ? { required: asked } : {}) };
  return refusalsOf(evidence.report, rules).map((each) => ({ ...each, message: `${evidence.run}: ${each.message}` }));
}

function throwAny([first, ...rest]: readonly Refusal[]): void {
  if (first !== undefined) throw new Refused(first, ...rest);
}
