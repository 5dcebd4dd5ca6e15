import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError, UsageError } from '../errors.ts';
import type { RunReport } from '../run.ts';
import { renderCtrf } from './ctrf.ts';
import { renderHtml } from './html.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { loadScreenshots } from './screenshots.ts';

/**
 * Writes report.html, junit.xml, ctrf.json and, last, report.json into `outDir`, where the artifacts already are. Each
 * file is there whole or not at all.
 *
 * @returns the paths written
 * @throws UsageError `out-not-a-folder`; InfrastructureError `report-not-written`
 */
export async function writeReport(report: RunReport, outDir: string): Promise<string[]> {
  await makeFolder(outDir);
  const files: [name: string, content: string][] = [
    ['report.html', renderHtml(report, await loadScreenshots(report.artifacts, outDir))],
    ['junit.xml', renderJunit(report)],
    ['ctrf.json', renderCtrf(report)],
    ['report.json', renderJson(report)],
  ];
  const paths: string[] = [];
  for (const [name, content] of files) {
    const path = join(outDir, name);
    await replaceFile(path, content);
    paths.push(path);
  }
  return paths;
}

/** Removes the files of an earlier report: where a run ends without a verdict, no old one may be taken for its own. */
export async function removeReport(outDir: string): Promise<void> {
  for (const name of ['report.json', 'report.html', 'junit.xml', 'ctrf.json', 'evidence.json']) {
    await rm(join(outDir, name), { force: true });
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const occupied = cause instanceof Error && 'code' in cause && (cause.code === 'EEXIST' || cause.code === 'ENOTDIR');
    if (!occupied) throw notWritten(path, cause);
    throw new UsageError('out-not-a-folder', `${path} can not be the output folder: a file is in its place`, {
      next: 'Give --out a folder; it is made if it does not exist.',
      cause,
    });
  }
}

/** Writes a file whole or not at all. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flag: 'wx', flush: true });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw notWritten(path, cause);
  }
}

function notWritten(path: string, cause: unknown): InfrastructureError {
  return new InfrastructureError('report-not-written', `${path} could not be written`, {
    next: 'Check the free space and the permissions of the output folder.',
    cause,
  });
}
