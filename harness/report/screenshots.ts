import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Artifact } from '../run.ts';
import { isInsidePath } from './artifact-path.ts';

/** Beyond these the page would open slowly; what is left out stays a link. */
const MOST_BYTES_EACH = 8 * 2 ** 20;
const MOST_BYTES_TOGETHER = 64 * 2 ** 20;

const TYPES: [type: string, firstBytes: string][] = [
  ['image/png', '89504e47'],
  ['image/jpeg', 'ffd8ff'],
  ['image/webp', '52494646'],
];

/** A screenshot to show inside the page, or why it can't be. */
export type Screenshot = Artifact & ({ dataUri: string } | { problem: string });

/** Reads the screenshots from the output folder. Never throws: what can't be shown says why. */
export async function loadScreenshots(artifacts: readonly Artifact[], outDir: string): Promise<Screenshot[]> {
  const screenshots: Screenshot[] = [];
  let left = MOST_BYTES_TOGETHER;
  for (const artifact of artifacts) {
    if (artifact.kind !== 'screenshot') continue;
    try {
      const file = await locate(artifact.path, outDir);
      const { size } = await stat(file);
      if (size > Math.min(MOST_BYTES_EACH, left)) throw new Unshowable('too large to show inside this page');
      left -= size;
      screenshots.push({ ...artifact, dataUri: toDataUri(await readFile(file)) });
    } catch (error) {
      screenshots.push({ ...artifact, problem: describe(error) });
    }
  }
  return screenshots;
}

class Unshowable extends Error {}

/** Follows links first: a file outside the output folder never gets into a report. */
async function locate(path: string, outDir: string): Promise<string> {
  const root = await realpath(outDir);
  if (!isInsidePath(path)) throw new Unshowable('not inside the output folder');
  const file = await realpath(join(root, path));
  if (!file.startsWith(root + sep)) throw new Unshowable('not inside the output folder');
  return file;
}

function toDataUri(content: Buffer): string {
  const start = content.toString('hex', 0, 4);
  const type = TYPES.find(([, firstBytes]) => start.startsWith(firstBytes))?.[0];
  if (type === undefined) throw new Unshowable('not a PNG, JPEG or WebP image');
  return `data:${type};base64,${content.toString('base64')}`;
}

function describe(error: unknown): string {
  if (error instanceof Unshowable) return error.message;
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return missing ? 'the file is missing' : 'the file can not be read';
}
