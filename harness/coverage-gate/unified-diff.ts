import { UsageError } from '../errors.ts';
import { normalizePath } from './model.ts';

/** What a change did to one file that is still there. */
export interface FileChange {
  path: string;
  /** Line → its text, for each line that is new or was changed. */
  added: ReadonlyMap<number, string>;
  /** Lines of the file as it was before, in order. */
  removed: readonly number[];
}

export interface Changes {
  /** By path. */
  files: ReadonlyMap<string, FileChange>;
  /** Paths that are no more: deleted, or renamed. */
  gone: ReadonlySet<string>;
}

interface Hunk {
  oldLine: number;
  newLine: number;
  oldLeft: number;
  newLeft: number;
}

interface Open {
  before?: string | undefined;
  after?: string | undefined;
  added: Map<number, string>;
  removed: number[];
}

/**
 * Reads a unified diff, of git or of `diff -u`. Each hunk must hold the lines that its head announces.
 *
 * @throws UsageError `diff-empty`, `diff-foreign`, `diff-truncated`
 */
export function parseUnifiedDiff(text: string): Changes {
  if (text.trim() === '') throw new DiffError('diff-empty', 'it is empty: it does not say what changed');
  const files = new Map<string, FileChange>();
  const gone = new Set<string>();
  let file: Open | undefined;
  let hunk: Hunk | undefined;
  let found = false;

  const close = () => {
    if (hunk !== undefined) throw new DiffError('diff-truncated', 'a hunk ends before its lines do');
    if (file === undefined) return;
    const { before, after, added, removed } = file;
    if (after !== undefined) files.set(after, { path: after, added, removed });
    if (before !== undefined && before !== after) gone.add(before);
    file = undefined;
  };

  for (const line of text.replaceAll('\r\n', '\n').replace(/\n$/, '').split('\n')) {
    if (hunk !== undefined && file !== undefined) {
      hunk = takeHunkLine(file, hunk, line);
    } else if (line.startsWith('diff --git ')) {
      close();
      file = { added: new Map(), removed: [] };
      found = true;
    } else if (line.startsWith('rename from ') && file !== undefined) {
      file.before = unquote(line.slice(12));
    } else if (line.startsWith('rename to ') && file !== undefined) {
      file.after = unquote(line.slice(10));
    } else if (line.startsWith('--- ')) {
      if (file === undefined || file.added.size + file.removed.length > 0) {
        close();
        file = { added: new Map(), removed: [] };
      }
      file.before = pathIn(line.slice(4), 'a/');
    } else if (line.startsWith('+++ ') && file !== undefined) {
      file.after = pathIn(line.slice(4), 'b/');
      found = true;
    } else if (line.startsWith('@@@')) {
      throw new DiffError('diff-foreign', 'it is the combined diff of a merge');
    } else if (line.startsWith('@@ ')) {
      if (file === undefined) throw new DiffError('diff-foreign', 'a hunk belongs to no file');
      hunk = openHunk(line);
    }
  }
  close();
  if (!found) throw new DiffError('diff-foreign', 'it is not a unified diff');
  return { files, gone };
}

/** The line that this line was before, or undefined if it is new. */
export function lineBefore({ added, removed }: FileChange, line: number): number | undefined {
  if (added.has(line)) return undefined;
  let before = line;
  for (const each of added.keys()) if (each < line) before -= 1;
  for (const each of removed) if (each <= before) before += 1;
  return before;
}

function openHunk(line: string): Hunk | undefined {
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] =
    /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
  if (oldStart === undefined) throw new DiffError('diff-foreign', 'the head of a hunk can not be read');
  const hunk = {
    oldLine: Number(oldStart),
    newLine: Number(newStart),
    oldLeft: Number(oldCount),
    newLeft: Number(newCount),
  };
  return hunk.oldLeft + hunk.newLeft === 0 ? undefined : hunk;
}

function takeHunkLine(file: Open, hunk: Hunk, line: string): Hunk | undefined {
  const sign = line === '' ? ' ' : line[0];
  if (sign === '\\') return hunk;
  if (sign !== ' ' && sign !== '+' && sign !== '-') {
    throw new DiffError('diff-truncated', 'a hunk ends before its lines do');
  }
  if (sign !== '-') {
    if (sign === '+') file.added.set(hunk.newLine, line.slice(1));
    hunk.newLine += 1;
    hunk.newLeft -= 1;
  }
  if (sign !== '+') {
    if (sign === '-') file.removed.push(hunk.oldLine);
    hunk.oldLine += 1;
    hunk.oldLeft -= 1;
  }
  if (hunk.oldLeft < 0 || hunk.newLeft < 0)
    throw new DiffError('diff-truncated', 'a hunk has other lines than it says');
  return hunk.oldLeft + hunk.newLeft === 0 ? undefined : hunk;
}

/** `a/x.py`, `"b/\303\244.py"`, `x.py<tab>time`; undefined for `/dev/null`. */
function pathIn(named: string, prefix: string): string | undefined {
  const path = named.startsWith('"') ? unquote(named) : (named.split('\t')[0] ?? '');
  if (path === '/dev/null') return undefined;
  return normalizePath(path.startsWith(prefix) ? path.slice(prefix.length) : path);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** A path as git writes it: in quotes, with octal bytes, if it has any but plain characters (`core.quotePath`). */
function unquote(path: string): string {
  if (!path.startsWith('"')) return path;
  const bytes: number[] = [];
  for (const [token] of path.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]{3}$/.test(token)) bytes.push(Number.parseInt(token.slice(1), 8));
    else bytes.push(...Buffer.from(token.startsWith('\\') ? (ESCAPES[token[1] ?? ''] ?? token.slice(1)) : token));
  }
  return Buffer.from(bytes).toString('utf8');
}

class DiffError extends UsageError {
  constructor(code: string, problem: string) {
    super(code, `the diff can't be used: ${problem}`, {
      next: 'Make it by `git diff BASE...HEAD`, or let --since REF ask git itself.',
    });
  }
}
