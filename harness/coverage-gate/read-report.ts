import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { readCobertura } from './cobertura.ts';
import { readJsonReport } from './json-report.ts';
import { readLcov } from './lcov.ts';
import { type Coverage, totalsOf } from './model.ts';
import { CoverageReportError } from './report-error.ts';

/**
 * Reads one report; what it is, is seen from its content, never from its name.
 *
 * @throws UsageError why it can't be used: missing, empty, cut off, another format, or without one executable line
 */
export async function readReport(path: string): Promise<Coverage> {
  const coverage = await readerFor(path, await beginningOf(path))(path);
  if (totalsOf(coverage.values()).total === 0) {
    throw new CoverageReportError(
      'coverage-report-without-lines',
      path,
      'it holds no executable line, so there is nothing to measure',
      'Check which sources the test run measured (`--source` or `--include`).',
    );
  }
  return coverage;
}

/** The first 4 KiB. Throws UsageError `coverage-report-missing`, `coverage-report-unreadable`. */
export async function beginningOf(path: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UsageError(
      missing ? 'coverage-report-missing' : 'coverage-report-unreadable',
      `coverage report ${path}: ${missing ? 'there is no such file' : 'it can not be read'}`,
      { next: 'Check the path, and that the step that makes the report ran.', cause: error },
    );
  } finally {
    await file?.close();
  }
}

function readerFor(path: string, beginning: string): (path: string) => Promise<Coverage> {
  const start = beginning.trimStart();
  if (start === '') {
    const next = 'Check that the tests ran under coverage and that the report was written to the end.';
    throw new CoverageReportError('coverage-report-empty', path, 'it is empty', next);
  }
  if (start.startsWith('{')) return readJsonReport;
  if (/^<(?:\?xml|!DOCTYPE coverage|!--|coverage)/.test(start)) return readCobertura;
  if (/^(?:#.*\s+)*(?:TN|SF):/.test(start)) return readLcov;
  throw new CoverageReportError(
    'coverage-report-foreign',
    path,
    describeForeign(start),
    'Give a report of `coverage json` or `coverage xml`, LCOV, or JSON of istanbul (c8, vitest, jest).',
  );
}

function describeForeign(start: string): string {
  if (start.startsWith('SQLite format 3')) return 'it is the raw data of coverage.py, not a report';
  if (start.startsWith('<')) return 'it is HTML';
  if (start.startsWith('\u001f\uFFFD')) return 'it is compressed';
  return 'it is neither JSON nor Cobertura nor LCOV';
}
