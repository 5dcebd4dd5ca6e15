import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { createProgram } from '../../cli/program.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = 0; // a subcommand sets it
});

const neverAborted = new AbortController().signal;
const SUBCOMMANDS = (await createProgram(neverAborted)).commands;

/** The options that `verify` would run with. */
async function verifyOptions(...words: string[]): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const dry = await createProgram(neverAborted, {
    perform: async (_subcommand, options) => {
      seen = options;
      return 0;
    },
  });
  await dry.parseAsync(['verify', ...words], { from: 'user' });
  return seen;
}

/** The words that point at a configuration with this text; it is gone with the test. */
function configured(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'gate.yaml'), `image: odoo:19\nbackup: prod.zip\n${text}`);
  return ['--config', join(folder, 'gate.yaml')];
}

const FLAG = ['--postgres-image', 'flag'];
const VARIABLE = { ODOO_GATE_POSTGRES_IMAGE: 'variable' };
const STACK = 'stacks:\n  uat: { postgresImage: stack }\n';

it.each([
  {
    what: 'a flag over all',
    words: [...FLAG, '--stack', 'uat'],
    env: VARIABLE,
    file: 'postgresImage: file\n',
    wins: 'flag',
  },
  {
    what: 'a variable over file and stack',
    words: ['--stack', 'uat'],
    env: VARIABLE,
    file: 'postgresImage: file\n',
    wins: 'variable',
  },
  {
    what: 'a stack over the top level',
    words: ['--stack', 'uat'],
    env: {},
    file: 'postgresImage: file\n',
    wins: 'stack',
  },
  {
    what: 'the top level over a stack that was not asked for',
    words: [],
    env: {},
    file: 'postgresImage: file\n',
    wins: 'file',
  },
  { what: 'a stack over the default', words: ['--stack', 'uat'], env: {}, file: '', wins: 'stack' },
  { what: 'the default over nothing', words: [], env: {}, file: '', wins: 'postgres:17' },
])('$what', async ({ words, env, file, wins }) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect((await verifyOptions(...configured(file + STACK), ...words)).postgresImage).toBe(wins);
});

it('a stack leaves what it does not name as the top level has it', async () => {
  const words = [...configured(`baseUrl: https://uat.example.com\n${STACK}`), '--stack', 'uat'];
  expect(await verifyOptions(...words)).toMatchObject({
    image: 'odoo:19',
    baseUrl: new URL('https://uat.example.com'),
  });
});

it('the variables of --config and --stack count too', async () => {
  const [, file = ''] = configured(STACK);
  vi.stubEnv('ODOO_GATE_CONFIG', file);
  vi.stubEnv('ODOO_GATE_STACK', 'uat');
  expect((await verifyOptions()).postgresImage).toBe('stack');
});

it('a number and a list mean the same from the file, a variable and a flag', async () => {
  const meant = { min: 79.5, addons: ['one', 'two'] };
  expect(await verifyOptions(...configured('min: 79.5\naddons: [one, two]\n'))).toMatchObject(meant);
  expect(await verifyOptions(...configured(''), '--min', '79.5', '--addons', 'one,two')).toMatchObject(meant);
  vi.stubEnv('ODOO_GATE_MIN', '79.5');
  vi.stubEnv('ODOO_GATE_ADDONS', 'one,two');
  expect(await verifyOptions(...configured(''))).toMatchObject(meant);
});

it.each(SUBCOMMANDS.map((command) => [command.name(), command] as const))(
  '%s takes --format, --config and --stack, and each of its options from a variable of that name',
  (_name, { options }) => {
    const named = Object.fromEntries(options.map(({ long, envVar }) => [long, envVar]));
    expect(named).toMatchObject({
      '--format': expect.anything(),
      '--config': expect.anything(),
      '--stack': expect.anything(),
    });
    for (const { long, envVar } of options)
      expect(envVar).toBe(`ODOO_GATE_${long?.slice(2).toUpperCase().replaceAll('-', '_')}`);
  },
);
