import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { createProgram, subcommandsFor } from '../../cli/program.ts';
import { helpOf, SUBCOMMANDS } from '../../fixtures/docs/command-lines.ts';
import { readSources } from '../../fixtures/docs/error-codes.ts';
import { runCli } from '../support/run-cli.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = 0; // a subcommand sets it
});

/** The options that a subcommand would run with. */
async function optionsOf(...words: string[]): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const dry = await createProgram(new AbortController().signal, {
    perform: async (_subcommand, options) => {
      seen = options;
      return 0;
    },
  });
  await dry.parseAsync(words, { from: 'user' });
  return seen;
}

const VERIFY = ['verify', '--image', 'odoo:19', '--backup', 'prod.zip'];

it.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
])('a switch whose variable says "%s" is %s', async (value, expected) => {
  vi.stubEnv('ODOO_GATE_SANITIZE', value);
  expect((await optionsOf(...VERIFY)).sanitize).toBe(expected);
});

it('a switch whose variable says anything else is an error that names the variable', async () => {
  vi.stubEnv('ODOO_GATE_KEEP', 'perhaps');
  await expect(optionsOf(...VERIFY)).rejects.toMatchObject({
    code: 'options',
    message: expect.stringContaining('ODOO_GATE_KEEP'),
  });
});

it('a flag wins over its variable', async () => {
  vi.stubEnv('ODOO_GATE_KEEP', 'false');
  vi.stubEnv('ODOO_GATE_ONLY', 'stack.*');
  const options = await optionsOf(...VERIFY, '--keep', '--only', 'smoke.*');
  expect(options).toMatchObject({ keep: true, only: ['smoke.*'] });
});

it('no variable that is read for something else is also that of an option', () => {
  const ofOptions = new Set(SUBCOMMANDS.flatMap(({ options }) => options.map(({ envVar }) => envVar)));
  const readElsewhere = readSources().flatMap(({ text }) =>
    [...text.matchAll(/\b(?:process\.env|environment)\.(ODOO_GATE_\w+)/g)].map(([, name]) => name),
  );
  expect(readElsewhere).toContain('ODOO_GATE_CACHE_FOLDER');
  expect(readElsewhere.filter((name) => ofOptions.has(name))).toEqual([]);
});

it('a databaseUrl of the configuration does not keep backup from inspecting a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'odoo-gate.yaml'), 'databaseUrl: postgresql://odoo@localhost/prod\n');
  const { exitCode, stderr } = await runCli(['backup', 'gone.zip'], { cwd: folder });
  expect(stderr).toContain('[backup-missing]');
  expect(exitCode).toBe(2);
});

it.each(SUBCOMMANDS.map((command) => [command.name(), helpOf(command)]))(
  'the help of %s shows an example and names no variable twice over',
  (name, help) => {
    expect(help).toMatch(new RegExp(`\nExamples:\n  .*odoo-gate ${name}`));
    expect(help).not.toContain('env:');
  },
);

it('help says which options are required', () => {
  const verify = SUBCOMMANDS.find((command) => command.name() === 'verify');
  const help = verify === undefined ? '' : helpOf(verify).replace(/\s+/g, ' ');
  expect(help).toMatch(/--image <reference> [^-]*\(required\)/);
  expect(help).not.toMatch(/--min <percent> [^-]*required/);
});

it.each([
  [['verify', '--help'], ['verify']],
  [['--version'], []],
])('for %j only what it names is loaded', (words, names) => {
  expect(subcommandsFor(words)).toEqual(names);
});

it.each([[[]], [['--help']], [['verfy']], [['constructor']]])('for %j every command is there', (words) => {
  expect(subcommandsFor(words).length).toBeGreaterThan(15);
});
