import { readdirSync } from 'node:fs';
import { basename } from 'node:path';

const FLOW_FILE = /\.flow\.[jt]s$/;

/** `sale.flow.ts` → `sale`. A flow's file names its check: `smoke.sale`. */
export function flowName(file: string): string {
  return basename(file).replace(FLOW_FILE, '');
}

/** The names of the flows in a folder, sorted. */
export function flowsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => FLOW_FILE.test(file))
    .map(flowName)
    .sort();
}

/** `A quotation, made` → `a-quotation-made`, for file names. */
export function slug(title: string): string {
  const plain = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-|-$/g, '').slice(0, 60) || 'untitled';
}
