import { describe, expect, it } from 'vitest';
import { lineBefore, parseUnifiedDiff } from '../../../harness/coverage-gate/unified-diff.ts';

const CHANGE = `diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,3 +1,4 @@ def f():
 one
-two
+TWO
+and a half
 three
@@ -10 +11,0 @@
-ten
`;

describe('a change', () => {
  const change = parseUnifiedDiff(CHANGE).files.get('a.py');

  it('has its new lines with their text, and its old ones by number', () => {
    expect(change?.added).toEqual(
      new Map([
        [2, 'TWO'],
        [3, 'and a half'],
      ]),
    );
    expect(change?.removed).toEqual([2, 10]);
  });

  it.each([
    [1, 1],
    [2, undefined],
    [3, undefined],
    [4, 3],
    [10, 9],
    [11, 11],
    [20, 20],
  ])('line %i was line %s', (line, before) => {
    expect(change && lineBefore(change, line)).toBe(before);
  });
});

it.each([
  [
    'a new file',
    'diff --git a/n.py b/n.py\nnew file mode 100644\n--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x\n',
    ['n.py'],
    [],
  ],
  [
    'a deleted file',
    'diff --git a/d.py b/d.py\ndeleted file mode 100644\n--- a/d.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
    [],
    ['d.py'],
  ],
  [
    'a renamed file',
    'diff --git a/o.py b/n.py\nsimilarity index 100%\nrename from o.py\nrename to n.py\n',
    ['n.py'],
    ['o.py'],
  ],
  [
    'a renamed and changed one',
    'diff --git a/o.py b/n.py\nrename from o.py\nrename to n.py\n--- a/o.py\n+++ b/n.py\n@@ -1 +1 @@\n-x\n+y\n',
    ['n.py'],
    ['o.py'],
  ],
  [
    'a name with umlauts',
    'diff --git "a/\\303\\244.py" "b/\\303\\244.py"\n--- "a/\\303\\244.py"\n+++ "b/\\303\\244.py"\n@@ -1 +1 @@\n-x\n+y\n',
    ['ä.py'],
    [],
  ],
  [
    'a name with spaces',
    'diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n@@ -1 +1 @@\n-x\n+y\n',
    ['a b.py'],
    [],
  ],
  [
    'diff -u without git',
    '--- old/a.py\t2026-01-01 00:00:00\n+++ old/a.py\t2026-01-02 00:00:00\n@@ -1 +1 @@\n-x\n+y\n',
    ['old/a.py'],
    [],
  ],
  [
    'two files of diff -u',
    '--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n+y\n--- b.py\n+++ b.py\n@@ -1 +1 @@\n-x\n+y\n',
    ['a.py', 'b.py'],
    [],
  ],
  [
    'a text that looks like a head',
    'diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n--- a/b.py\n-x\n+++ b/b.py\n+y\n',
    ['a.py'],
    [],
  ],
  ['a mode', 'diff --git a/a.sh b/a.sh\nold mode 100644\nnew mode 100755\n', [], []],
  ['a binary file', 'diff --git a/a.png b/a.png\nBinary files a/a.png and b/a.png differ\n', [], []],
  ['line ends of Windows', CHANGE.replaceAll('\n', '\r\n'), ['a.py'], []],
  [
    'no newline at the end',
    'diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n',
    ['a.py'],
    [],
  ],
])('%s is read', (_, text, files, gone) => {
  const changes = parseUnifiedDiff(text);
  expect({ files: [...changes.files.keys()], gone: [...changes.gone] }).toEqual({ files, gone });
});

it.each([
  ['nothing', '', 'diff-empty'],
  ['white space', '\n \n', 'diff-empty'],
  ['prose', 'nothing was changed\n', 'diff-foreign'],
  ['a combined diff', 'diff --cc a.py\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n', 'diff-foreign'],
  ['a hunk of no file', '@@ -1 +1 @@\n-x\n+y\n', 'diff-foreign'],
  ['a head without numbers', 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -x +y @@\n', 'diff-foreign'],
  ['one that is cut off in a hunk', CHANGE.slice(0, CHANGE.indexOf(' three')), 'diff-truncated'],
  ['a hunk with other lines than it says', CHANGE.replace('-two\n', ''), 'diff-truncated'],
  ['text within a hunk', CHANGE.replace('-two', 'Killed'), 'diff-truncated'],
])('%s is a usage error', (_, text, code) => {
  expect(() => parseUnifiedDiff(text)).toThrow(expect.objectContaining({ code, exitCode: 2 }));
});
