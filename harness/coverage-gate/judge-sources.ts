import { createHash } from 'node:crypto';
import { type CheckOutcome, type Finding, failedUnlessEmpty } from '../check.ts';
import type { Mapped } from './map-to-sources.ts';
import type { Coverage, FileCoverage } from './model.ts';
import type { Addon, SourceTree } from './source-tree.ts';

const MEASURE_AGAIN = 'Measure this checkout again, and give that report.';
const MOST_FILES = 20;

/**
 * Whether the reports are of these sources: every file that they name is there and has the lines that they tell of, with
 * the text that they tell of where the format holds checksums; and no addon with code is without a line in them.
 */
export async function judgeSources(
  reports: readonly Mapped[],
  head: Coverage,
  tree: SourceTree,
  isExcluded: (path: string) => boolean,
): Promise<CheckOutcome> {
  const missing = await addonsWithoutLines(head, tree, isExcluded);
  const unknown = [...new Set(reports.flatMap((each) => each.unknown))];
  const stale = await staleFiles(head, tree);
  const findings = [
    ...missing.map(({ name, folder }) => ({
      message: `addon ${name} has code, but no line in the reports`,
      location: folder || '.',
      fix: 'Measure it too (`coverage run --source`), or leave it out by --exclude.',
    })),
    ...reports.flatMap(({ ambiguous }) =>
      ambiguous.map(({ path, candidates }) => ({
        message: `it can't be told which file this is: ${candidates.join(' or ')}`,
        location: path,
        fix: 'Say by --map-path which folder of the report is which one here.',
      })),
    ),
    ...capped(unknown, (path) => ({
      message: 'the report names a file that the sources do not have',
      location: path,
      fix: `${MEASURE_AGAIN} If it is no source of this repository, leave it out by --exclude.`,
    })),
    ...capped(stale, (finding) => finding),
  ];
  return failedUnlessEmpty(findings, head.size + tree.addons.length);
}

function capped<T>(all: readonly T[], describe: (one: T) => Finding): Finding[] {
  const findings = all.slice(0, MOST_FILES).map(describe);
  if (all.length > MOST_FILES) findings.push({ message: 'more files of the same', count: all.length - MOST_FILES });
  return findings;
}

async function addonsWithoutLines(
  head: Coverage,
  tree: SourceTree,
  isExcluded: (path: string) => boolean,
): Promise<Addon[]> {
  const measured = new Set(
    [...head].filter(([, { lines }]) => lines.highest > 0).map(([path]) => tree.addonOf(path)?.folder),
  );
  const missing: Addon[] = [];
  for (const addon of tree.addons) {
    if (measured.has(addon.folder)) continue;
    const sources = [...tree.files].filter(
      (path) => isMeasurable(path) && !isExcluded(path) && tree.addonOf(path) === addon,
    );
    for (const path of sources) {
      if (!hasPythonCode(await tree.readText(path))) continue;
      missing.push(addon);
      break;
    }
  }
  return missing;
}

/** Python that tests should reach: neither the tests themselves, nor what Odoo only reads or runs once at an update. */
export function isMeasurable(path: string): boolean {
  return path.endsWith('.py') && !/(?:^|\/)(?:__manifest__\.py$|(?:tests|migrations|upgrades)\/)/.test(path);
}

/** Whether there is a statement beside comments and docstrings. */
export function hasPythonCode(text: string): boolean {
  return text
    .replaceAll(/^[ \t]*[rRuU]?("""|''')[\s\S]*?\1/gm, '')
    .split('\n')
    .some((line) => /^\s*[^\s#]/.test(line));
}

async function staleFiles(head: Coverage, tree: SourceTree): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [path, file] of head) {
    if (!tree.files.has(path)) continue;
    const lines = (await tree.readText(path)).split(/\r\n|\n/);
    const problem = describeStale(file, lines);
    if (problem !== undefined) findings.push({ message: problem, location: path, fix: MEASURE_AGAIN });
  }
  return findings;
}

function describeStale({ lines, checksums }: FileCoverage, source: readonly string[]): string | undefined {
  // The text after the last line end is a line to some tools.
  if (lines.highest > source.length) {
    return `the report has line ${lines.highest}, the file ends with line ${source.length}: it is of another version`;
  }
  for (const [line, checksum] of checksums) {
    if (md5(source[line - 1] ?? '') !== checksum.replace(/=+$/, '')) {
      return `line ${line} has another text than when it was measured: the report is of another version`;
    }
  }
  return undefined;
}

/** As geninfo and coverage.py write it. */
function md5(line: string): string {
  return createHash('md5').update(line).digest('base64').replace(/=+$/, '');
}
