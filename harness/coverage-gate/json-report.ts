import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { coverageOfCoveragePy } from './coverage-py-json.ts';
import { coverageOfIstanbul } from './istanbul-json.ts';
import type { Coverage } from './model.ts';
import { CoverageReportError, malformed, truncated } from './report-error.ts';

/**
 * Reads JSON of `coverage json` or of istanbul (c8, vitest, jest, nyc), told apart by its keys.
 *
 * @throws CoverageReportError if it is cut off, another tool's, or contradicts itself
 */
export async function readJsonReport(path: string): Promise<Coverage> {
  const value = await parseJsonReport(path);
  if (typeof value !== 'object' || value === null) throw foreign(path, 'its top level is no object');
  if ('meta' in value && 'files' in value) return coverageOfCoveragePy(path, value);
  if ('result' in value && Array.isArray(value.result)) throw foreign(path, 'it is the raw coverage of V8');
  if ('total' in value) throw foreign(path, 'it is a summary: it has sums, but no lines');
  return coverageOfIstanbul(path, value);
}

/** Throws CoverageReportError `coverage-report-truncated` or `-malformed` for what is no JSON. */
export async function parseJsonReport(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (/[}\]]\s*$/.test(text)) throw malformed(path, 'it is not valid JSON');
    throw truncated(path, `the JSON is cut off after ${text.length} characters`, messageOf(error));
  }
}

function foreign(path: string, problem: string): CoverageReportError {
  const next = "Give the report of `coverage json`, or istanbul's `coverage-final.json` (the reporter `json`).";
  return new CoverageReportError('coverage-report-foreign', path, problem, next);
}
