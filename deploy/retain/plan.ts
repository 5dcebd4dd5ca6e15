import type { Manifest } from '../registry/manifest.ts';
import type { Digest } from '../registry/reference.ts';
import { newest, type Ranking } from './release-order.ts';
import type { Survey } from './survey.ts';
import type { TagPattern } from './tag-pattern.ts';
import { isPlaceholder } from './untag.ts';

/** What shall become of a tag that a pattern matches, and why. */
export interface Step {
  tag: string;
  manifest: Manifest;
  /** `untag` takes the tag alone away, as something that stays needs what it names. */
  action: 'protect' | 'untag' | 'delete';
  reason: string;
}

export interface Rules {
  patterns: readonly TagPattern[];
  /** How many of each pattern stay. */
  keep: number;
  ranking: Ranking;
  /** By digest: what `--protect` said. */
  protect: ReadonlyMap<Digest, string>;
}

/** Judges every tag that a pattern matches, in the order of the tags' names. Referrers are asked for later. */
export function planRetention({ tags, within }: Survey, rules: Rules): Step[] {
  const { patterns, protect } = rules;
  const matched = [...tags.keys()].filter((tag) => patterns.some(({ matches }) => matches(tag))).sort();
  const kept = new Map<string, string>();
  for (const tag of tags.keys()) if (!matched.includes(tag)) kept.set(tag, 'no pattern matches it');
  for (const [tag, manifest] of tags) {
    const named = [...(within.get(manifest.digest) ?? [])].flatMap((digest) => protect.get(digest) ?? [])[0];
    if (named !== undefined) kept.set(tag, `protected by name: ${named}`);
  }
  for (const [tag, reason] of keptByAge(matched, tags, rules)) if (!kept.has(tag)) kept.set(tag, reason);

  const stay = needsOf(kept.keys(), { tags, within });
  return matched.flatMap((tag): Step[] => {
    const manifest = tags.get(tag);
    if (manifest === undefined) return [];
    const reason = kept.get(tag);
    if (reason !== undefined) return [{ tag, manifest, action: 'protect', reason }];
    return [{ tag, manifest, ...judge(tag, manifest, stay) }];
  });
}

/** Those that are among the newest of a pattern, or whose age nobody knows. */
function keptByAge(
  matched: readonly string[],
  tags: ReadonlyMap<string, Manifest>,
  { patterns, keep, ranking }: Rules,
): Map<string, string> {
  const kept = new Map<string, string>();
  // What an earlier run left behind is no release.
  const releases = matched.filter((tag) => !isPlaceholder(tags.get(tag)));
  for (const tag of releases) if (!ranking.known(tag)) kept.set(tag, ranking.unknown);
  for (const { text, matches } of patterns) {
    for (const tag of newest(releases.filter(matches), keep, ranking))
      kept.set(tag, `among the last ${keep} of ${text}`);
  }
  return kept;
}

/** By digest, the tag that stays and needs it. */
interface Needs {
  /** As itself or as a part. */
  held: ReadonlyMap<Digest, string>;
  /** As what it belongs to: a signature that stays is worth nothing without what it signs. */
  subjects: ReadonlyMap<Digest, string>;
}

function needsOf(kept: Iterable<string>, { tags, within }: Survey): Needs {
  const held = new Map<Digest, string>();
  const subjects = new Map<Digest, string>();
  for (const tag of kept) {
    const manifest = tags.get(tag);
    if (manifest === undefined) continue;
    for (const digest of within.get(manifest.digest) ?? []) held.set(digest, tag);
    const subject = subjectOf(tag, manifest);
    if (subject !== undefined) subjects.set(subject, tag);
  }
  return { held, subjects };
}

function judge(tag: string, manifest: Manifest, { held, subjects }: Needs): Pick<Step, 'action' | 'reason'> {
  const subject = subjectOf(tag, manifest);
  const owner = subject && held.get(subject);
  if (owner !== undefined) return { action: 'protect', reason: `it belongs to ${owner}, which stays` };
  const holder = held.get(manifest.digest);
  if (holder !== undefined) return { action: 'untag', reason: `${holder} stays, and needs the same digest` };
  const referrer = subjects.get(manifest.digest);
  if (referrer !== undefined) return { action: 'protect', reason: `${referrer} belongs to it, and stays` };
  if (isPlaceholder(manifest)) return { action: 'delete', reason: 'left behind by a run that was cut off' };
  return { action: 'delete', reason: 'older than those that stay' };
}

/** What a signature or SBOM belongs to. Where registries have no referrers API, the tag says it (distribution specification 1.1). */
function subjectOf(tag: string, { subject }: Manifest): Digest | undefined {
  const named = /^sha256-([0-9a-f]{64})(\.|$)/.exec(tag)?.[1];
  return subject ?? (named === undefined ? undefined : `sha256:${named}`);
}
