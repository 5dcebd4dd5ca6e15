import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseReport } from '../../../harness/report/json.ts';
import { writeReport } from '../../../harness/report/write.ts';
import type { Artifact } from '../../../harness/run.ts';
import { FAILED, passing, reportOf, SCREENSHOT } from './sample-report.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

async function htmlWith(artifact: Artifact): Promise<string> {
  await writeReport(reportOf([FAILED], { artifacts: [artifact] }), folder);
  return readFile(join(folder, 'report.html'), 'utf8');
}

describe('writeReport', () => {
  it('writes the four files and nothing else', async () => {
    await writeReport(passing(), folder);
    expect((await readdir(folder)).sort()).toEqual(['ctrf.json', 'junit.xml', 'report.html', 'report.json']);
  });

  it('makes the folder', async () => {
    await writeReport(passing(), join(folder, 'a/b'));
    expect(parseReport(await readFile(join(folder, 'a/b/report.json'), 'utf8'))).toEqual(passing());
  });

  it('replaces the report of an earlier run', async () => {
    await writeReport(reportOf([FAILED]), folder);
    await writeReport(passing(), folder);
    expect(parseReport(await readFile(join(folder, 'report.json'), 'utf8')).verdict).toBe('pass');
  });

  it('puts the screenshots into the page', async () => {
    await put(SCREENSHOT.path, PNG);
    expect(await htmlWith(SCREENSHOT)).toContain(`data:image/png;base64,${PNG.toString('base64')}`);
  });

  it.each<[string, string | Buffer | undefined, string]>([
    ['is missing', undefined, 'the file is missing'],
    ['is no image', 'PK', 'not a PNG, JPEG or WebP image'],
    ['is too large', Buffer.concat([PNG, Buffer.alloc(8 * 2 ** 20)]), 'too large to show inside this page'],
  ])('notes a screenshot that %s', async (_, content, note) => {
    if (content !== undefined) await put(SCREENSHOT.path, content);
    expect(await htmlWith(SCREENSHOT)).toContain(note);
  });

  it.each([
    ['a path that leaves the folder', '../outside.png'],
    ['a link that leaves the folder', 'link.png'],
  ])('does not take in a file behind %s', async (_, path) => {
    const outside = `${folder}-outside`;
    await mkdir(outside);
    try {
      await writeFile(join(outside, 'outside.png'), PNG);
      await symlink(join(outside, 'outside.png'), join(folder, 'link.png'));
      expect(await htmlWith({ ...SCREENSHOT, path })).toContain('not inside the output folder');
    } finally {
      await rm(outside, { recursive: true });
    }
  });
});

describe('bad input', () => {
  it('a file in the place of the folder is a usage error', async () => {
    await put('out', '');
    await expect(writeReport(passing(), join(folder, 'out'))).rejects.toMatchObject({
      code: 'out-not-a-folder',
      exitCode: 2,
    });
    await expect(writeReport(passing(), join(folder, 'out/deeper'))).rejects.toMatchObject({
      code: 'out-not-a-folder',
    });
  });

  it('a report that can not be put in place is an infrastructure error and leaves no temporary file', async () => {
    await mkdir(join(folder, 'report.html/occupied'), { recursive: true });
    await expect(writeReport(passing(), folder)).rejects.toMatchObject({ code: 'report-not-written', exitCode: 3 });
    expect(await readdir(folder)).toEqual(['report.html']);
  });
});
