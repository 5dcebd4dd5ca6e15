import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import type { BaselineStore } from '../harness/coverage-gate/baseline-store.ts';
import { changesSince, mergeBase } from '../harness/coverage-gate/changed-since.ts';
import { findBaseline } from '../harness/coverage-gate/find-baseline.ts';
import type { CoverageGate } from '../harness/coverage-gate/gate.ts';
import { type Changes, parseUnifiedDiff } from '../harness/coverage-gate/unified-diff.ts';
import { UsageError } from '../harness/errors.ts';
import type { Progress } from '../harness/progress.ts';

/** `FROM=TO` pairs. Throws `UsageError('options')`. */
export function parsePathMap(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [, from, to] = /^([^=]+)=([^=]*)$/.exec(pair) ?? [];
      if (from !== undefined && to !== undefined) return [from, to] as const;
      throw new UsageError('options', `--map-path ${pair} is not FROM=TO.`, {
        next: 'Name a folder of the report and one of the sources: --map-path /mnt/extra-addons/=addons/.',
      });
    }),
  );
}

/** What was changed, if the command line says how to know. Throws UsageError, also where a diff can't be read. */
export async function readChanges(
  { diff, since }: { diff?: string | undefined; since?: string | undefined },
  root: string,
): Promise<Changes | undefined> {
  if (diff !== undefined) return parseUnifiedDiff(await readDiff(diff));
  return since === undefined ? undefined : changesSince(root, await mergeBase(root, since));
}

async function readDiff(path: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError('diff-missing', `the diff ${path} can not be read`, {
      next: 'Check the path, and that the step that makes it ran.',
      cause,
    });
  });
}

/** The baseline to compare with; says which one it is, or that there is none. */
export async function baseFrom(
  store: BaselineStore,
  root: string,
  { since, required, progress }: { since?: string | undefined; required: boolean; progress: Progress },
): Promise<Pick<CoverageGate, 'base' | 'missingBase'>> {
  const found = await findBaseline(store, root, since);
  if (found.base !== undefined) {
    const behind = found.behind === 0 ? '' : `, ${found.behind} commits before the nearest possible`;
    progress.note(`compared with the baseline of ${found.commit.slice(0, 12)} in ${store.name}${behind}`);
    return { base: found.base };
  }
  const why = `none of the ${found.looked} commits before this one has a baseline in ${store.name}`;
  progress.note(`compared with nothing: ${why}`);
  return required ? { missingBase: why } : {};
}
