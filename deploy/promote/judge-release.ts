import { distance } from 'fastest-levenshtein';
import { UsageError } from '../../harness/errors.ts';
import type { OpenedEvidence } from '../../harness/evidence/open-evidence.ts';
import type { RunKind } from '../../harness/evidence/statement.ts';
import type { VerdictSummary } from '../../harness/evidence/verdict-summary.ts';
import { type Progress, silentProgress } from '../../harness/progress.ts';
import { probeCapabilities } from '../registry/capabilities.ts';
import { connectRegistry, type RegistryClient } from '../registry/client.ts';
import type { HttpOptions } from '../registry/http.ts';
import type { Manifest } from '../registry/manifest.ts';
import { formatRepository, parseRepository, parseTag } from '../registry/reference.ts';
import { type Policy, type PolicyStep, stepOf } from './policy.ts';
import { type Refusals, Refused } from './refusal.ts';
import { type EvidenceFile, openAll, selectRuns } from './select-runs.ts';

export interface ReleaseRequest {
  /** `ghcr.io/acme/odoo`. */
  repository: string;
  /** The tag that was verified: `uat-v1.2.3`. */
  from: string;
  /** The tag to set: `prod-v1.2.3`. */
  to: string;
  evidence: readonly EvidenceFile[];
  policy: Policy;
  /** The checks that a run of a kind has to require; without them its own list is taken. */
  required?: Readonly<Partial<Record<RunKind, readonly string[]>>>;
  now?: Date;
  progress?: Progress;
  http?: HttpOptions;
}

/** An image that may take a step, or what speaks against it. */
export interface Release {
  registry: RegistryClient;
  /** As `formatRepository` writes it. */
  repository: string;
  source: Manifest;
  step: PolicyStep;
  opened: readonly OpenedEvidence[];
  /** Those that it rests on, one of each kind. */
  runs: readonly OpenedEvidence[];
  refusals: Refusals | readonly [];
}

/**
 * Holds all evidence of the image that `from` names now to the policy. What is refused before the image is known throws
 * `Refused`; wrong input throws `UsageError`, a registry that can't be used or believed `InfrastructureError`.
 */
export async function judgeRelease(request: ReleaseRequest): Promise<Release> {
  const { from, to, policy, now = new Date(), progress = silentProgress } = request;
  const parsed = parseRepository(request.repository);
  assertTags(from, to);
  const repository = formatRepository(parsed);
  const step = stepOf(policy, { from, to });
  const opened = openAll(request.evidence, policy.signers);
  const registry = connectRegistry(parsed, request.http);
  const source = await progress.step(`Read ${repository}:${from}`, () => sourceManifest(registry, repository, from));
  const { environment, runs, checks } = step;
  const rules = { environment, runs, checks, repository, digest: source.digest, now };
  const judged = { registry, repository, source, step, opened };
  try {
    const maxAgeMs = step.maxAgeHours * 3_600_000;
    const selected = selectRuns(opened, { ...rules, required: request.required ?? {}, maxAgeMs });
    return { ...judged, runs: selected, refusals: [] };
  } catch (error) {
    if (error instanceof Refused) return { ...judged, runs: [], refusals: error.refusals };
    throw error;
  }
}

/** The release as a verdict that can be signed, with what the registry can do. It expires with the first of what it rests on. */
export async function summarize(
  { registry, repository, source, step, opened, runs, refusals }: Release,
  { from, to, policy, now, toolVersion }: { from: string; to: string; policy: Policy; now: Date; toolVersion: string },
): Promise<VerdictSummary> {
  const ends = runs.map(({ evidence: { expiresAt, report } }) =>
    Math.min(Date.parse(expiresAt), Date.parse(report.finishedAt) + step.maxAgeHours * 3_600_000),
  );
  return {
    toolVersion,
    verifiedAt: now.toISOString(),
    expiresAt: new Date(Math.min(...ends, now.getTime() + step.maxAgeHours * 3_600_000)).toISOString(),
    repository,
    digest: source.digest,
    environment: step.environment,
    from,
    to,
    policyDigest: policy.digest,
    inputs: (runs.length > 0 ? runs : opened).map(({ evidence, sha256 }) => ({ runId: evidence.runId, sha256 })),
    refusals: [...new Set(refusals.map(({ code }) => code))],
    registry: { ...(await probeCapabilities(registry, from)) },
  };
}

export function assertTags(from: string, to: string): void {
  for (const tag of [from, to]) {
    if (/[/:@]/.test(tag)) {
      throw new UsageError('promote-other-repository', 'Source and target have to be tags alone.', {
        next: 'Give them such as --from uat-v1.2.3 --to prod-v1.2.3; another repository is named by --to-repository.',
      });
    }
    parseTag(tag);
  }
  if (from === to) {
    throw new UsageError('promote-same-tag', `Source and target are the same tag, ${from}.`, {
      next: 'Give the tag that was verified as source and the one to set as target.',
    });
  }
}

export async function sourceManifest(registry: RegistryClient, name: string, from: string): Promise<Manifest> {
  const manifest = await registry.getManifest(from);
  if (manifest !== undefined) return manifest;
  const near = (await registry.listTags()).sort((a, b) => distance(a, from) - distance(b, from)).slice(0, 3);
  throw new UsageError('promote-no-source', `There is no ${name}:${from}.`, {
    next: near.length > 0 ? `Nearest are ${near.join(', ')}.` : 'The repository is empty or missing: check its name.',
  });
}
