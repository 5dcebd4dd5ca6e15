import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Policy, parsePolicy } from '../deploy/promote/policy.ts';
import type { EvidenceFile } from '../deploy/promote/select-runs.ts';
import { UsageError } from '../harness/errors.ts';

const HINT =
  '--evidence is what a signed run (`--out FOLDER`) of verify, smoke or coverage wrote; --policy is yours to write.';

/** What a run's own `--out` has beside its evidence. */
const BESIDE = ['report.json', 'ctrf.json'];

/** Reads files, and of folders every `*.json` in them but a run's other reports. Throws `UsageError('evidence-missing')`. */
export async function readEvidence(paths: readonly string[]): Promise<EvidenceFile[]> {
  const files = await Promise.all(paths.map(filesIn));
  const names = [...new Set(files.flat())];
  if (names.length === 0) {
    throw new UsageError('evidence-missing', 'The folder of --evidence has no *.json in it.', { next: HINT });
  }
  return Promise.all(names.map((name) => readSigned(name, '--evidence')));
}

/** Throws `UsageError('evidence-missing')`. */
export async function readSigned(name: string, flag: string): Promise<EvidenceFile> {
  return { name, json: await readInput(name, flag) };
}

/** Throws `UsageError`: `policy-missing`, `policy-file`, `evidence-missing` for what can't be read. */
export async function readPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) {
    throw new UsageError('policy-missing', 'Nobody says whose signature counts.', {
      next: 'Give --policy FILE: it names whom you trust, and the steps that tags may take; see docs/promote.md.',
    });
  }
  const beside = (file: string) => readInput(resolve(dirname(path), file), '--policy');
  return parsePolicy(await readInput(path, '--policy'), beside);
}

async function filesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => name.endsWith('.json') && !BESIDE.includes(name))
    .sort()
    .map((name) => join(path, name));
}

export async function readInput(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError('evidence-missing', `The file "${path}" of ${flag} can't be read.`, { next: HINT, cause });
  }
}
