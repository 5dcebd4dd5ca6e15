import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { askImage } from '../../../harness/stack/ask-image.ts';
import { resolveImage } from '../../../harness/stack/image.ts';
import type { RunContext } from '../../../harness/stack/run-context.ts';
import { useInRun } from '../../support/in-run.ts';

const cache = mkdtempSync(join(tmpdir(), 'ask-image-spec-'));
beforeAll(() => void vi.stubEnv('ODOO_GATE_CACHE_FOLDER', cache));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const started = useInRun(async (context: RunContext) => ({
  context,
  image: await resolveImage(context.engine, 'postgres:17', context.progress),
}));

function ask(script: string, ...args: string[]): Promise<string | undefined> {
  const { context, image } = started();
  return askImage(context.engine, image, context.run, [script, ...args], (answer) => answer);
}

const SOMETHING_NEW = 'cat /proc/sys/kernel/random/uuid';

test('an image is asked once: the same question has the same answer', async () => {
  const first = await ask(SOMETHING_NEW);
  expect(first).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(await ask(SOMETHING_NEW)).toBe(first);
});

test('another argument is another question', async () => {
  expect(await ask('echo "$1"', 'one')).toBe('one\n');
  expect(await ask('echo "$1"', 'other')).toBe('other\n');
});

test('what fails has no answer, and is asked anew', async () => {
  const onceOnly = `${SOMETHING_NEW}; exit 3`;
  expect([await ask(onceOnly), await ask(onceOnly)]).toEqual([undefined, undefined]);
});

test('an answer that can not be read is not remembered', async () => {
  const { context, image } = started();
  const asked = (parse: (answer: string) => string) =>
    askImage(context.engine, image, context.run, ['echo unreadable'], parse);
  const cutOff = () => {
    throw new Error('cut off');
  };
  await expect(asked(cutOff)).rejects.toThrow('cut off');
  const containers = vi.spyOn(context.engine.docker, 'createContainer');
  expect(await asked((answer) => answer)).toBe('unreadable\n');
  expect(containers).toHaveBeenCalledOnce();
  containers.mockRestore();
});

test('what it says beside its answer is left out', async () => {
  expect(await ask('echo aside >&2; echo answer')).toBe('answer\n');
});

test('nothing of it is left in the engine', async () => {
  await ask('true');
  const { engine, run } = started().context;
  const filters = { label: [`odoo-gate.run=${run.id}`] };
  expect(await engine.docker.listContainers({ all: true, filters })).toEqual([]);
});

test('it reaches no network', async () => {
  expect(await ask('ls /sys/class/net')).toBe('lo\n');
});
