import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../stack/cache-folder.ts';
import type { Run } from '../stack/run-identity.ts';

const durations = z.record(z.string(), z.number().nonnegative());

const fileOf = (series: string) => join(cacheFolder('addon-tests'), `${series}.json`);

/** How long each addon took when it was last tested under this series, in s. They only balance: one that can't be read is none. */
export async function readDurations(series: string): Promise<ReadonlyMap<string, number>> {
  try {
    return new Map(Object.entries(durations.parse(JSON.parse(await readFile(fileOf(series), 'utf8')))));
  } catch {
    return new Map();
  }
}

/** Keeps them for the next run. */
export async function rememberDurations(series: string, run: Run, seconds: ReadonlyMap<string, number>): Promise<void> {
  const all = Object.fromEntries([...(await readDurations(series)), ...seconds]);
  const file = fileOf(series);
  await writeFile(`${file}.${run.id}`, JSON.stringify(all));
  await rename(`${file}.${run.id}`, file);
}
