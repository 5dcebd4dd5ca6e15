import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkPython } from '../../../harness/addon-checks/check-python.ts';
import { type Linter, runLinters } from '../../../harness/addon-checks/linters.ts';
import { parseSeries } from '../../../harness/addon-checks/series.ts';
import { RECORDED } from './recorded.ts';
import { addonOf, addonsOf, manifest, told, writeFiles } from './write-addons.ts';

afterEach(() => vi.unstubAllEnvs());

const { signal } = new AbortController();

/** The only programs there are: each prints what it is given, and ends with an exit code. */
function onlyPrograms(programs: Readonly<Record<string, { prints: string; to?: 1 | 2; exits?: number }>>): void {
  const files = Object.entries(programs).map(([name, { prints, to = 1, exits = 0 }]) => [
    name,
    `#!/bin/sh\nprintf '%s' '${prints.replaceAll("'", `'\\''`)}' >&${to}\nexit ${exits}\n`,
  ]);
  const folder = writeFiles(Object.fromEntries(files));
  for (const [name = ''] of files) chmodSync(join(folder, name), 0o755);
  vi.stubEnv('PATH', folder);
}

const run = (asked: 'auto' | Linter[]) => runLinters(asked, addonsOf({ acme: [] }), signal);

describe('linters', () => {
  it('that are there are run, and what they find is one list with file and line', async () => {
    onlyPrograms({
      ruff: { prints: RECORDED.ruff, exits: 1 },
      pylint: { prints: RECORDED.pylint, exits: 16 },
    });
    const { ran, outcome } = await run('auto');
    expect(ran).toEqual(['ruff', 'pylint-odoo']);
    expect(outcome.status === 'failed' ? told(outcome.findings) : outcome).toEqual([
      'acme/models.py:2 `os` imported but unused (ruff F401)',
      'acme/models.py:3 SyntaxError: Expected an expression (ruff syntax)',
      'acme/__manifest__.py:1 Missing ./README.rst file. (pylint C8112 missing-readme)',
    ]);
  });

  it('flake8 stands in where ruff is not there', async () => {
    onlyPrograms({ flake8: { prints: RECORDED.flake8, exits: 1 } });
    const { ran, outcome } = await run('auto');
    expect(ran).toEqual(['flake8']);
    expect(outcome.status === 'failed' ? told(outcome.findings) : outcome).toEqual([
      "acme/models.py:2 'os' imported but unused (flake8 F401)",
    ]);
  });

  it('that find nothing pass', async () => {
    onlyPrograms({ ruff: { prints: '[]' }, flake8: { prints: '' }, pylint: { prints: '[]' } });
    const { outcome } = await run(['ruff', 'flake8', 'pylint-odoo']);
    expect(outcome).toEqual({ status: 'passed', assertions: 3 });
  });

  it('that are not there did not run, and say so', async () => {
    onlyPrograms({});
    expect(await run('auto')).toEqual({
      ran: [],
      outcome: { status: 'inconclusive', reason: 'none of ruff, flake8, pylint-odoo is on the PATH' },
    });
  });

  it('a pylint without its plugin is none', async () => {
    onlyPrograms({ pylint: { prints: RECORDED.pylintWithoutPlugin } });
    expect((await run('auto')).ran).toEqual([]);
  });

  it('that were asked for by name and are not there keep a run from passing', async () => {
    onlyPrograms({ ruff: { prints: '[]' } });
    expect((await run(['ruff', 'flake8'])).outcome).toEqual({
      status: 'inconclusive',
      reason: 'flake8 is not on the PATH',
    });
  });

  it.each<[string, Linter, string, { prints: string; to?: 1 | 2; exits?: number }]>([
    ['ends with an error', 'ruff', 'ruff', { prints: 'ruff failed: bad pyproject.toml', to: 2, exits: 2 }],
    ['prints nothing', 'ruff', 'ruff', { prints: '' }],
    ['prints something else', 'ruff', 'ruff', { prints: '{"a": 1}' }],
    ['prints something else', 'flake8', 'flake8', { prints: 'models.py:1: F401', exits: 1 }],
    ['was called wrongly', 'pylint-odoo', 'pylint', { prints: '[]', exits: 32 }],
    ['met a fatal message', 'pylint-odoo', 'pylint', { prints: '[]', exits: 1 }],
  ])('one that %s could not look (%s)', async (_what, linter, program, behaviour) => {
    onlyPrograms({ [program]: behaviour });
    const { outcome } = await run([linter]);
    expect(outcome).toEqual({ status: 'inconclusive', reason: expect.stringContaining(`${linter} could not look`) });
  });
});

describe('Python', () => {
  const check = (addons = [addonOf(manifest(), { 'models.py': 'x = 1\n' })], series = '19.0') =>
    checkPython(addons, parseSeries(series), signal);
  const printing = (...lines: readonly unknown[]) => lines.map((line) => JSON.stringify(line)).join('\n');

  it('that does not compile is told, with the Python that says so', async () => {
    const addon = addonOf(manifest(), { 'models.py': 'def f(\n' });
    onlyPrograms({
      python3: { prints: printing([3, 12], [join(addon.folder, 'models.py'), 1, "'(' was never closed"]) },
    });
    const outcome = await check([addon]);
    expect(outcome.status === 'failed' ? told(outcome.findings) : outcome).toEqual([
      "acme/models.py:1 '(' was never closed (Python 3.12)",
    ]);
  });

  it('that compiles passes, one assertion a file', async () => {
    onlyPrograms({ python3: { prints: printing([3, 12]) } });
    expect(await check()).toEqual({ status: 'passed', assertions: 2 });
  });

  it.each<[string, Parameters<typeof onlyPrograms>[0], RegExp]>([
    ['there is no python3', {}, /no python3 on the PATH/],
    ['python3 is older than what Odoo needs', { python3: { prints: '[3, 9]' } }, /3.9, and Odoo 19.0 needs 3.10/],
  ])('is inconclusive where %s', async (_what, programs, reason) => {
    onlyPrograms(programs);
    expect(await check()).toEqual({ status: 'inconclusive', reason: expect.stringMatching(reason) });
  });

  it('breaks where python3 does, which the caller takes for inconclusive', async () => {
    onlyPrograms({ python3: { prints: '', exits: 1 } });
    await expect(check()).rejects.toThrow('python3 ended with 1');
  });

  it('does not apply where no addon is installable', async () => {
    const addon = addonOf(manifest('"installable": False'), { 'models.py': 'x' });
    expect((await check([addon])).status).toBe('not-applicable');
  });
});
