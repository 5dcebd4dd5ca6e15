import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  KEEP_LABEL,
  newRun,
  OWNER_LABEL,
  ownerLives,
  ownerOf,
  RUN_LABEL,
} from '../../../harness/stack/run-identity.ts';

const own = ownerOf(process.pid);
const [host, boot, self, namespace] = own.split('/');

test('this process lives', () => {
  expect(ownerLives(own)).toBe(true);
});

test('a process that ended does not live', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const owner = ownerOf(child.pid ?? 0);
  expect(ownerLives(owner)).toBe(true);
  child.kill();
  await once(child, 'close');
  expect(ownerLives(owner)).toBe(false);
});

test.each([
  ['a pid that was given again is another process', [host, boot, `${process.pid}.1`, namespace], false],
  ['a pid without its start is none', [host, boot, `${process.pid}`, namespace], false],
  ['a process from before the last boot is gone', [host, 'another-boot', self, namespace], false],
  ['a process of another machine can not be told', ['another-host', boot, self, namespace], true],
  ['a process of another container on this machine can not be told', [host, boot, '1.1', 'pid:[1]'], true],
  ['what names no process is gone', [host, boot, '', namespace], false],
])('%s', (_what, parts, lives) => {
  expect(ownerLives(parts.join('/'))).toBe(lives);
});

test('two runs have different ids and the same owner', () => {
  const [one, two] = [newRun(), newRun()];
  expect(one.labels[RUN_LABEL]).not.toBe(two.labels[RUN_LABEL]);
  expect(one.labels[OWNER_LABEL]).toBe(two.labels[OWNER_LABEL]);
});

test('only what is meant to be kept says so', () => {
  expect([newRun().labels[KEEP_LABEL], newRun({ keep: true }).labels[KEEP_LABEL]]).toEqual([undefined, 'true']);
});
