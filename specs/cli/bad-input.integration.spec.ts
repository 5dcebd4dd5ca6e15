import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { PLANTED } from '../../fixtures/demo/arm.ts';
import type { DatabaseAddress } from '../../harness/database/connection.ts';
import { newKeyPair } from '../../harness/evidence/keys.ts';
import { renderJson } from '../../harness/report/json.ts';
import { reportOf } from '../deploy/promote/report.ts';
import { plainDump, writeZip } from '../harness/backup/archives.ts';
import { useDemoBackup } from '../support/demo-backup.ts';
import { useDemoStack } from '../support/demo-stack.ts';
import { NOTHING, useEngineWatch } from '../support/engine-watch.ts';
import { runCli } from '../support/run-cli.ts';

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
/** Templates of foreign backups go here, and `clean --cache` takes them away again. */
const cache = join(folder, 'cache');
const demo = useDemoBackup();
const database = useDemoStack({ odoo: false });
const watch = useEngineWatch();

const file = (name: string) => join(folder, name);
const odooDump = (series: string, rows = '') =>
  plainDump({
    body: `CREATE TABLE public.ir_module_module (id integer PRIMARY KEY, name text, state text, latest_version text);
INSERT INTO public.ir_module_module VALUES (1, 'base', 'installed', '${series}.1.3');
${rows}`,
  });
const odooZip = (name: string, series: string, files: Record<string, string> = {}) =>
  writeZip(file(name), {
    'dump.sql': odooDump(series),
    'manifest.json': JSON.stringify({
      odoo_dump: '1',
      db_name: 'shop',
      version: series,
      version_info: [...series.split('.').map(Number), 0, 'final', 0, ''],
      major_version: series,
      pg_version: '17.0',
      modules: { base: `${series}.1.3` },
    }),
    ...files,
  });

beforeAll(async () => {
  const zip = await readFile(demo().zip);
  const custom = await readFile(demo().custom.dump);
  await writeFile(file('empty.zip'), '');
  await writeFile(file('cut.zip'), zip.subarray(0, zip.length * 0.6));
  await writeFile(file('cut.dump'), custom.subarray(0, custom.length * 0.6));
  await mkdir(file('folder'));
  await writeFile(join(file('folder'), 'notes.txt'), 'no dump');
  const signer = { name: 'ci', publicKey: newKeyPair().publicPem, environments: ['uat'] };
  await writeFile(file('policy.yaml'), stringify({ signers: [signer] }));
  await odooZip('newer.zip', '20.0');
  await odooZip('older.zip', '18.0');
  await writeFile(file('newer.sql'), odooDump('20.0'));
  const [person = ''] = PLANTED.personal;
  const twice = [1, 1].map((id) => `${id}\t${person}`).join('\n');
  await writeFile(
    file('unfit.sql'),
    odooDump(
      '19.0',
      `CREATE TABLE public.person (id int UNIQUE, name text UNIQUE);\nCOPY public.person FROM stdin;\n${twice}\n\\.`,
    ),
  );
  const content = 'an attachment of some size '.repeat(10_000);
  const sha1 = createHash('sha1').update(content).digest('hex');
  await odooZip('big.zip', '19.0', { [`filestore/${sha1.slice(0, 2)}/${sha1}`]: content });
  await writeFile(file('unknown-key.yaml'), 'image: odoo:19\nbackpu: prod.zip\n');
  await writeFile(file('unset.yaml'), `image: odoo:19\nbackup: \${ODOO_GATE_SPEC_UNSET}/prod.zip\n`);
  await writeFile(file('stacks.yaml'), 'stacks:\n  uat: { image: odoo:19 }\n');
  await writeFile(file('no.json'), '{"schema": "odoo-gate/rep');
  const report = renderJson(reportOf(`sha256:${'0'.repeat(64)}`, { status: 'inconclusive', reason: 'no browser' }));
  await writeFile(file('edited.json'), report.replace('"verdict": "inconclusive"', '"verdict": "pass"'));
});
afterAll(async () => {
  // Nothing there: the runs kept their templates elsewhere, and what lies elsewhere is the user's.
  expect(await readdir(cache)).toContain('templates');
  await runCli(['clean', '--cache'], { env: { ODOO_GATE_CACHE_FOLDER: cache } });
  await rm(folder, { recursive: true, force: true });
});

interface BadInput {
  what: string;
  args(): string[];
  env?: Record<string, string>;
  via?: readonly string[];
  exitCode?: number;
  code: string;
  /** A word of the message that names the mistake. */
  says: string | RegExp;
  /** A word of the line that tells what to do. */
  next: string | RegExp;
  /** It is found out before any container is started. */
  startsNothing?: boolean;
  /** What must not have been touched. */
  backup?(): string;
}

const SMALL_CACHE = file('small-cache');
const onFullDisk = [
  'unshare',
  ...(process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']),
  ...['sh', '-c', `mkdir -p "$0" && mount -t tmpfs -o size=128k tmpfs "$0" && exec "$@"`, SMALL_CACHE],
];

/** `verify` of a backup; everything else about it is right. */
const verify = (backup: () => string, ...more: string[]) => ({
  args: () => ['verify', '--image', 'odoo:19', '--backup', backup(), ...more],
  backup,
});
const withImage = (image: string) => ({
  args: () => ['verify', '--image', image, '--backup', demo().zip],
  backup: () => demo().zip,
});
const urlOf = ({ user, password, host, port, database: name }: DatabaseAddress) =>
  `postgresql://${user}:${password}@${host}:${port}/${name}`;
const check = (change: Partial<DatabaseAddress>) => () => [
  'check',
  '--database-url',
  urlOf({ ...database().database, ...change }),
  '--base-url',
  'https://uat.example.com',
];
const promote =
  (evidence: string, ...how: string[]) =>
  () => [
    ...['promote', '--repository', 'localhost:1/odoo', '--from', 'uat-v1', '--to', 'prod-v1', '--evidence', evidence],
    ...(how.length === 0 ? ['--unsigned'] : how),
  ];
const coverage =
  (...more: string[]) =>
  () => ['coverage', 'fixtures/coverage/recorded/coverage-py-7.6.0.json', ...more];

const BAD_INPUTS: BadInput[] = [
  {
    what: 'a backup that is not there',
    ...verify(() => file('nowhere.zip')),
    code: 'backup-missing',
    says: 'nowhere.zip',
    next: '--backup',
  },
  { what: 'an empty backup', ...verify(() => file('empty.zip')), code: 'backup-corrupt', says: 'empty', next: 'again' },
  { what: 'a truncated zip', ...verify(() => file('cut.zip')), code: 'backup-corrupt', says: 'cut.zip', next: 'again' },
  {
    what: 'a truncated custom dump',
    ...verify(() => file('cut.dump')),
    code: 'backup-corrupt',
    says: 'pg_restore',
    next: 'again',
  },
  {
    what: 'a folder that is no dump',
    ...verify(() => file('folder')),
    code: 'backup-unknown-format',
    says: 'toc.dat',
    next: 'pg_dump -Fd',
  },
  {
    what: 'a dump whose rows do not fit, with the debugging output on',
    ...verify(() => file('unfit.sql')),
    env: { ODOO_GATE_DEBUG: '1' },
    code: 'restore-failed',
    says: 'unfit.sql',
    next: /./,
  },
  {
    what: 'an image that is nowhere',
    ...withImage('registry.invalid/odoo:19'),
    code: 'image-missing',
    says: 'registry.invalid/odoo:19',
    next: 'docker login',
  },
  {
    what: 'an image without Odoo',
    ...withImage('registry:2'),
    code: 'image-without-odoo',
    says: 'registry:2',
    next: 'odoo:19',
  },
  {
    what: 'a zip of a newer Odoo than the image',
    ...verify(() => file('newer.zip')),
    code: 'backup-odoo-newer',
    says: /20\.0.*19\.0/,
    next: '20.0',
  },
  {
    what: 'a zip of an older Odoo than the image',
    ...verify(() => file('older.zip')),
    code: 'backup-odoo-older',
    says: /18\.0.*19\.0/,
    next: 'Upgrade',
  },
  {
    what: 'a dump without manifest of a newer Odoo than the image',
    ...verify(() => file('newer.sql')),
    code: 'backup-odoo-newer',
    says: /20\.0.*19\.0/,
    next: '20.0',
  },
  {
    what: 'a wrong database password',
    args: check({ password: 'wrong-and-secret' }),
    code: 'database-login',
    says: 'refused the login',
    next: '--database-url',
  },
  {
    what: 'a database that is not there',
    args: check({ database: 'nowhere' }),
    code: 'database-missing',
    says: 'nowhere',
    next: 'psql',
  },
  {
    what: 'a database server that is not there',
    args: check({ host: '127.0.0.1', port: 1 }),
    exitCode: 3,
    code: 'database-unreachable',
    says: '127.0.0.1:1',
    next: 'host and port',
  },
  {
    what: 'an unknown option',
    args: () => ['verify', '--bakup', 'prod.zip'],
    code: 'unknown-option',
    says: 'Did you mean --backup?',
    next: '--help',
  },
  {
    what: 'an unknown command',
    args: () => ['verfy'],
    code: 'unknown-command',
    says: 'Did you mean verify?',
    next: '--help',
  },
  {
    what: 'a missing option',
    args: () => ['verify', '--image', 'odoo:19'],
    code: 'options',
    says: /--backup is missing.*ODOO_GATE_BACKUP/,
    next: 'verify --help',
  },
  {
    what: 'an unknown key in odoo-gate.yaml',
    args: () => ['verify', '--config', file('unknown-key.yaml')],
    code: 'config',
    says: /line 2: backpu: unknown key \(did you mean "backup"\?\)/,
    next: 'docs/configuration.md',
  },
  {
    what: 'a variable in odoo-gate.yaml that is not set',
    args: () => ['verify', '--config', file('unset.yaml')],
    code: 'config',
    says: 'ODOO_GATE_SPEC_UNSET',
    next: 'lines above',
  },
  {
    what: 'a configuration file that is not there',
    args: () => ['verify', '--config', file('nowhere.yaml')],
    code: 'config',
    says: 'nowhere.yaml',
    next: '--config',
  },
  {
    what: 'an unknown stack',
    args: () => ['verify', '--config', file('stacks.yaml'), '--stack', 'uta'],
    code: 'config',
    says: 'did you mean "uat"?',
    next: 'uat',
  },
  { what: 'an empty --min', args: coverage('--min', ''), code: 'options', says: '--min', next: 'coverage --help' },
  {
    what: 'a --min above 100',
    args: coverage('--min', '101'),
    code: 'options',
    says: '--min',
    next: 'coverage --help',
  },
  {
    what: 'a --min above 100 that nothing would use',
    ...verify(() => demo().zip, '--min', '101'),
    code: 'options',
    says: '--min',
    next: 'verify --help',
  },
  {
    what: 'a negative --tolerance',
    args: coverage('--tolerance', '-1'),
    code: 'options',
    says: '--tolerance',
    next: 'coverage --help',
  },
  {
    what: 'no container engine',
    ...verify(() => demo().zip),
    env: { DOCKER_HOST: 'tcp://127.0.0.1:1' },
    exitCode: 3,
    code: 'no-engine',
    says: 'engine',
    next: 'Start Docker',
  },
  {
    what: 'a full disk',
    ...verify(() => file('big.zip')),
    via: onFullDisk,
    env: { ODOO_GATE_CACHE_FOLDER: SMALL_CACHE },
    exitCode: 3,
    code: 'disk-full',
    says: 'bytes are needed',
    next: 'Free space',
  },
  {
    what: 'a missing browser',
    ...verify(() => demo().zip),
    env: { PATH: '/nonexistent', PLAYWRIGHT_BROWSERS_PATH: '/nonexistent', ODOO_GATE_BROWSER: '' },
    exitCode: 3,
    code: 'browser-missing',
    says: 'Chromium',
    next: 'playwright install chromium',
    startsNothing: true,
  },
  {
    what: 'a report that is not there',
    args: promote('nowhere.json'),
    code: 'evidence-missing',
    says: 'nowhere.json',
    next: '--evidence',
  },
  {
    what: 'a report that is cut off',
    args: promote(file('no.json')),
    code: 'report-not-json',
    says: 'JSON',
    next: 'Verify again',
  },
  {
    what: 'a report that was edited to pass',
    args: promote(file('edited.json')),
    code: 'report-contradictory',
    says: /says pass.*say inconclusive/,
    next: 'Verify again',
  },
  {
    what: 'a promotion without a word on whose signature counts',
    args: promote(file('edited.json'), '--dry-run'),
    code: 'policy-missing',
    says: 'signature',
    next: '--policy',
  },
  {
    what: 'a policy that is none',
    args: promote(file('edited.json'), '--policy', file('edited.json')),
    code: 'policy-file',
    says: 'signers',
    next: 'publicKey',
  },
  {
    what: 'a folder of evidence without any',
    args: promote(file('folder'), '--policy', file('policy.yaml')),
    code: 'evidence-missing',
    says: 'no *.json',
    next: '--evidence',
  },
  {
    what: 'a verdict that is not there',
    args: promote(file('edited.json'), '--policy', file('policy.yaml'), '--verdict', file('nowhere.json')),
    code: 'evidence-missing',
    says: '--verdict',
    next: '--evidence',
  },
  {
    what: 'a gate without a key to sign its verdict',
    args: () => [
      'gate',
      ...promote(file('edited.json'), '--policy', file('policy.yaml'))().slice(1),
      '--out-file',
      file('v'),
    ],
    code: 'options',
    says: '--sign-key-env',
    next: '--help',
  },
  {
    what: 'an approval of what is no verdict, by a key that is none',
    args: () => [
      ...['approve', '--verdict', file('edited.json'), '--policy', file('policy.yaml')],
      ...['--sign-key-env', 'ODOO_GATE_SPEC_KEY', '--out-file', file('approval.json')],
    ],
    env: { ODOO_GATE_SPEC_KEY: 'none' },
    code: 'signing-key',
    says: 'ed25519',
    next: 'odoo-gate keys',
  },
  {
    what: 'a signed coverage run that names no image',
    args: coverage(
      ...['--sign-key-env', 'ODOO_GATE_SPEC_KEY', '--out', file('covered'), '--for-image', 'ghcr.io/acme/odoo:uat'],
    ),
    env: { ODOO_GATE_SPEC_KEY: newKeyPair().privatePem },
    code: 'options',
    says: '--for-image',
    next: 'digest',
  },
  {
    what: 'a signing key without a folder for the evidence',
    ...verify(() => demo().zip, '--sign-key-env', 'ODOO_GATE_SPEC_KEY'),
    env: { ODOO_GATE_SPEC_KEY: newKeyPair().privatePem },
    code: 'options',
    says: '--out',
    next: '--out',
    startsNothing: true,
  },
  {
    what: 'a signing key that is none',
    ...verify(() => demo().zip, '--sign-key-env', 'ODOO_GATE_SPEC_KEY', '--out', file('signed')),
    env: { ODOO_GATE_SPEC_KEY: 'none' },
    code: 'signing-key',
    says: 'ed25519',
    next: 'odoo-gate keys',
    startsNothing: true,
  },
  {
    what: 'a password variable that is not set',
    args: () => [
      ...['smoke', '--url', 'http://127.0.0.1:1', '--db', 'uat', '--login', 'admin'],
      ...['--password-env', 'ODOO_GATE_SPEC_UNSET'],
    ],
    code: 'secret-missing',
    says: 'ODOO_GATE_SPEC_UNSET',
    next: 'ODOO_GATE_SPEC_UNSET',
  },
  {
    what: 'a stack to take down that is not there',
    args: () => ['down', 'ffffffff'],
    code: 'stack-unknown',
    says: 'ffffffff',
    next: 'clean',
  },
];

it.concurrent.each(BAD_INPUTS)('$what ends with one message that says what to do', async (input) => {
  const { args, env = {}, via = [], exitCode = 2, code, says, next, backup = () => '' } = input;
  const before = await stateOf(backup());
  const ended = await runCli(args(), { env: { ODOO_GATE_CACHE_FOLDER: cache, ...env }, via });
  expect(ended).toMatchObject({ exitCode, signal: null, stdout: '' });
  const messages = [...ended.stderr.matchAll(/^error \[([a-z-]+)\] ([\s\S]*?)\n {2}do: (.*)$/gm)];
  expect(messages.map(([, said]) => said)).toEqual([code]);
  expect(messages[0]?.[2]).toMatch(says);
  expect(messages[0]?.[3]).toMatch(next);
  if (env.ODOO_GATE_DEBUG === undefined) expect(ended.stderr).not.toMatch(/^ +at .+:\d+:\d+/m);
  for (const secret of ['wrong-and-secret', database().database.password, ...PLANTED.personal, ...PLANTED.secrets])
    expect(ended.stderr).not.toContain(secret);
  if (input.startsNothing) expect(watch().startedBy(ended.pid)).toEqual(NOTHING);
  expect(await watch().leftBy(ended.pid)).toEqual(NOTHING);
  expect(await stateOf(backup())).toEqual(before);
});

it('a database that is not of Odoo is inconclusive, never passed', async () => {
  const { exitCode, stdout } = await runCli([...check({ database: 'postgres' })(), '--format', 'json']);
  expect(exitCode).toBe(3);
  const { verdict, checks } = JSON.parse(stdout) as { verdict: string; checks: { status: string }[] };
  expect(verdict).toBe('inconclusive');
  expect(checks.filter(({ status }) => status !== 'inconclusive')).toEqual([]);
});

/** Content and times of what a path names; nothing for what is not there. */
async function stateOf(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'not there';
  if (found.isDirectory()) return { names: await readdir(path), mtimeMs: found.mtimeMs };
  return {
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
    mtimeMs: found.mtimeMs,
  };
}
