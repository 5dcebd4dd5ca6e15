import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readEvidence } from '../../cli/evidence-files.ts';

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, name), '{}');
  return folder;
}
const namesIn = async (...paths: string[]) => (await readEvidence(paths)).map(({ name }) => basename(name));

it('of the folder of a run its evidence is read, and not its other reports', async () => {
  expect(await namesIn(folderWith('evidence.json', 'report.json', 'ctrf.json', 'junit.xml', 'report.html'))).toEqual([
    'evidence.json',
  ]);
});

it('whatever else is JSON is read: under another name it may be the failure', async () => {
  expect(await namesIn(folderWith('b.json', 'a.json'))).toEqual(['a.json', 'b.json']);
});

it('what is named twice is read once', async () => {
  const folder = folderWith('evidence.json');
  expect(await namesIn(folder, join(folder, 'evidence.json'))).toEqual(['evidence.json']);
});

it.each([
  ['a folder without evidence', () => folderWith('report.json')],
  ['a path that leads nowhere', () => join(folderWith(), 'nothing')],
])('%s is a mistake of usage', async (_, path) => {
  await expect(readEvidence([path()])).rejects.toMatchObject({ code: 'evidence-missing', exitCode: 2 });
});
