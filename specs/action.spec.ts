import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { commandLines, problemOf, SUBCOMMANDS } from '../fixtures/docs/command-lines.ts';
import { ROOT } from '../fixtures/docs/page.ts';
import { manifest, writeFiles } from './harness/addon-checks/write-addons.ts';
import { readAction, runAction } from './support/composite-action.ts';

const action = readAction();
const { steps } = action.runs;
const source = readFileSync(join(ROOT, 'action.yml'), 'utf8');
const expressions = [...source.matchAll(/\$\{\{(.*?)\}\}|^\s*if: (.*)$/gm)].map(([, a, b]) => a ?? b ?? '').join('\n');

afterEach(() => vi.unstubAllEnvs());

describe('action.yml', () => {
  it('uses the inputs that it declares, and declares those that it uses', () => {
    const used = [...expressions.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(action.inputs).sort());
  });

  it('reads outputs of steps that write them', () => {
    for (const [, id = '', output = ''] of expressions.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      const script = steps.find((step) => step.id === id)?.run ?? '';
      expect(script, `${id}.${output}`).toContain(`"${output}=`);
    }
  });

  it('lets no expression into a script: what others may write stays a value of the environment', () => {
    expect(steps.filter(({ run }) => run?.includes('${{')).map(({ name }) => name)).toEqual([]);
  });

  it('takes actions of GitHub alone, by version', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w/-]+@v\d+$/);
  });

  it.each(steps.filter(({ run }) => run !== undefined).map((step) => [step.name ?? '', step] as const))(
    'the script of "%s" is one of bash',
    (_name, { run, shell }) => {
      expect(shell).toBe('bash');
      expect(spawnSync('bash', ['-n'], { input: run ?? '', encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
    },
  );

  it.each(steps.flatMap((step) => commandLines(step.run ?? '').map((line) => [line, step] as const)))(
    '%s is a command line, with the options that the environment sets',
    async (line, { env, run }) => {
      const command = SUBCOMMANDS.find((each) => each.name() === line.split(' ')[1]);
      const known = command?.options.map(({ envVar }) => envVar) ?? [];
      const set = [
        ...Object.keys(env),
        ...[...(run ?? '').matchAll(/\b(ODOO_GATE_[A-Z_]+)=/g)].map(([, name = '']) => name),
      ];
      const options = set.filter((name) => /^ODOO_GATE_(?!CACHE_FOLDER$)/.test(name));
      expect(options.filter((name) => !known.includes(name))).toEqual([]);
      vi.stubEnv('ODOO_GATE_IMAGE', 'odoo:19');
      vi.stubEnv('ODOO_GATE_ADDONS', 'addons');
      expect(await problemOf(line)).toBeUndefined();
    },
  );
});

describe('the template for GitLab', () => {
  const text = readFileSync(join(ROOT, 'docs/gitlab-ci.yml'), 'utf8');
  const jobs = Object.values(parse(text) as Record<string, { script?: string[]; before_script?: string[] }>);

  it('has only command lines that run', async () => {
    vi.stubEnv('ODOO_GATE_IMAGE', 'odoo:19');
    vi.stubEnv('ODOO_GATE_ADDONS', 'addons');
    const lines = jobs.flatMap(({ script = [] }) => script).flatMap(commandLines);
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['lint', 'test', 'coverage', 'coverage']);
    for (const line of lines) expect(await problemOf(line), line).toBeUndefined();
  });

  it('has scripts of bash', () => {
    for (const script of jobs.flatMap((job) => [...(job.before_script ?? []), ...(job.script ?? [])]))
      expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

/** One addon with three statements, in a repository whose main branch a remote has. */
function makeRepository(): string {
  const root = writeFiles({
    'work/addons/acme/__manifest__.py': manifest('"version": "19.0.1.0.0"'),
    'work/addons/acme/models.py': 'x = 1\ny = 2\nz = 3\n',
  });
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: join(root, 'work') });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  git('clone', '--quiet', '--bare', '.', join(root, 'origin.git'));
  git('remote', 'add', 'origin', join(root, 'origin.git'));
  git('checkout', '--quiet', '-b', 'change');
  return join(root, 'work');
}

const PULL_REQUEST = {
  event_name: 'pull_request',
  base_ref: 'main',
  ref_name: '1/merge',
  repository: 'acme/addons',
  event: { repository: { default_branch: 'main' }, pull_request: { head: { repo: { full_name: 'someone/addons' } } } },
};
const PUSH = { event_name: 'push', ref_name: 'main', base_ref: '', event: { repository: { default_branch: 'main' } } };

interface Local {
  inputs?: Record<string, string>;
  github?: Record<string, unknown>;
  env?: Record<string, string>;
  workspace?: string;
  /** How the tests end, and how often each line of models.py ran; undefined leaves no coverage. */
  tests?: { exits: number; hits?: readonly number[] } | undefined;
}

/**
 * The action on this machine. Packages are there already, so `npm` does nothing; `python3` and `docker` only note what they
 * were called with. Where tests are asked for, `odoo-gate test` alone is played: it takes Odoo.
 */
function run({ inputs = {}, github = PULL_REQUEST, env = {}, workspace = makeRepository(), tests }: Local = {}) {
  const temp = writeFiles({
    'programs/npm': '#!/bin/sh\n',
    'programs/python3': "#!/bin/sh\necho '[3, 12]'\n",
    'programs/docker': '#!/bin/sh\necho "docker $*"\n',
  });
  for (const name of readdirSync(join(temp, 'programs'))) chmodSync(join(temp, 'programs', name), 0o755);
  const bin = join(temp, 'odoo-gate/bin');
  const ended = runAction(
    {
      inputs: { linters: 'none', ...inputs },
      github,
      workspace,
      temp,
      env: { PATH: `${join(temp, 'programs')}:${process.env.PATH}`, ...env },
    },
    ({ id }) => {
      if (id !== 'plan' || tests === undefined) return;
      const lines = tests.hits?.map((hits, index) => `DA:${index + 1},${hits}\n`).join('');
      const coverage = lines === undefined ? '' : `SF:addons/acme/models.py\n${lines}end_of_record\n`;
      writeFileSync(join(temp, 'lcov'), coverage);
      writeFileSync(join(bin, 'real'), readFileSync(join(bin, 'odoo-gate')), { mode: 0o755 });
      const made =
        'mkdir -p "$ODOO_GATE_CACHE_FOLDER/templates/abc" "$3"; echo {} > "$ODOO_GATE_CACHE_FOLDER/templates/abc/template.json"';
      writeFileSync(
        join(bin, 'odoo-gate'),
        `#!/bin/sh\nunset ODOO_GATE_ODOO_IMAGE\n[ "$1" = test ] || exec "${bin}/real" "$@"\n${made}\n` +
          `[ -s "${temp}/lcov" ] && cp "${temp}/lcov" "$3/coverage.json"\nexit ${tests.exits}\n`,
      );
    },
  );
  return { ...ended, temp, report: join(temp, 'odoo-gate/report'), workspace };
}

const code = (ended: ReturnType<typeof run>, step: string) => ended.steps[step]?.outputs.code;

// Each run starts a dozen programs.
describe('the action, run locally', { timeout: 60_000 }, () => {
  it('passes a change that is in order, and only looks where there is no image', () => {
    const ended = run();
    expect(ended).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass', report: ended.report, badge: '' } });
    expect(ended.ran).not.toContain('Test');
    expect(readdirSync(join(ended.report, 'lint'))).toContain('report.html');
  });

  it('refuses a manifest that is not in order, marks its line, and keeps the report', () => {
    const workspace = makeRepository();
    writeFileSync(join(workspace, 'addons/acme/__manifest__.py'), manifest('"version": "18.0.1.0.0"'));
    const ended = run({ workspace, inputs: { series: '19.0' } });
    expect(ended).toMatchObject({ exitCode: 1, outputs: { verdict: 'refuse' } });
    expect(ended.log).toContain('::error file=addons/acme/__manifest__.py,line=3,title=addons.manifest::');
    expect(ended.used.at(-1)).toEqual({
      uses: 'actions/upload-artifact@v4',
      with: { name: 'odoo-gate', path: ended.report, 'if-no-files-found': 'ignore' },
    });
  });

  it('ends with 2 on wrong input', () => {
    const ended = run({ inputs: { series: 'nineteen' } });
    expect(ended).toMatchObject({ exitCode: 2, outputs: { verdict: 'usage' } });
  });

  it('refuses changed lines that no test runs, by annotation, comment and badge', () => {
    const workspace = makeRepository();
    writeFileSync(join(workspace, 'addons/acme/models.py'), 'x = 1\ny = 2\nz = 3\nw = 4\n');
    const ended = run({
      workspace,
      inputs: { image: 'odoo:19', addons: 'addons', min: '50', 'min-changed': '100' },
      tests: { exits: 0, hits: [1, 1, 1, 0] },
    });
    expect(ended).toMatchObject({ exitCode: 1, outputs: { verdict: 'refuse' } });
    expect([code(ended, 'lint'), code(ended, 'test'), code(ended, 'coverage')]).toEqual(['0', '0', '1']);
    expect(ended.log).toContain('::error file=addons/acme/models.py,line=4,endLine=4,title=Coverage::');
    // A fork's token may not comment.
    expect(readFileSync(join(ended.report, 'comment.md'), 'utf8')).toContain('models.py');
    expect(existsSync(ended.outputs.badge ?? '')).toBe(true);
  });

  it('on the main branch keeps its coverage for later changes to be compared with', () => {
    const inputs = { image: 'odoo:19', addons: 'addons' };
    const ended = run({ github: PUSH, inputs, tests: { exits: 0, hits: [1, 1, 1] } });
    expect(ended).toMatchObject({ exitCode: 0, outputs: { verdict: 'pass' } });
    expect(readdirSync(join(ended.temp, 'odoo-gate/baselines'))).toEqual([
      expect.stringMatching(/^[0-9a-f]{40}\.json$/),
    ]);
    expect(ended.used.map(({ uses }) => uses)).toContain('actions/cache/save@v4');
  });

  it('keeps no coverage of tests that fail', () => {
    const ended = run({
      github: PUSH,
      inputs: { image: 'odoo:19', addons: 'addons' },
      tests: { exits: 1, hits: [1, 1, 1] },
    });
    expect(ended).toMatchObject({ exitCode: 1, outputs: { verdict: 'refuse' } });
    expect(readdirSync(join(ended.temp, 'odoo-gate/baselines'))).toEqual([]);
  });

  it.each<[string, number, Local['tests'], Record<string, string>]>([
    ['tests that could not tell are inconclusive', 3, { exits: 3, hits: [1, 1, 1] }, {}],
    ['tests without coverage are inconclusive', 3, { exits: 0 }, {}],
    ['tests that were killed are inconclusive', 3, { exits: 137, hits: [1, 1, 1] }, {}],
    ['a refusal outweighs wrong input', 1, { exits: 2, hits: [1, 0, 0] }, {}],
    ['what changed is tested, and coverage of a part is not judged', 0, { exits: 0 }, { 'only-changed': 'true' }],
  ])('%s', (_what, exitCode, tests, inputs) => {
    expect(run({ tests, inputs: { image: 'odoo:19', addons: 'addons', ...inputs } }).exitCode).toBe(exitCode);
  });

  it("on GitHub's machines packs the templates that its tests made, and no other", () => {
    const ended = run({
      inputs: { image: 'odoo:19', addons: 'addons' },
      env: { RUNNER_ENVIRONMENT: 'github-hosted' },
      tests: { exits: 0, hits: [1, 1, 1] },
    });
    expect(ended.log).toMatch(/^docker save --output \S+template-images\.tar odoo-gate\/template:abc$/m);
    expect(ended.used.at(-2)).toMatchObject({
      uses: 'actions/cache/save@v4',
      with: { path: join(ended.temp, 'odoo-gate/cache') },
    });
  });

  it('runs nothing that stands in the name of a branch', () => {
    const ended = run({ github: { ...PULL_REQUEST, base_ref: '$(touch was-run)`touch was-run`";touch was-run' } });
    expect(ended.exitCode).not.toBe(0);
    expect(existsSync(join(ended.workspace, 'was-run'))).toBe(false);
  });

  it('lets odoo-gate.yaml count where an input is not given', () => {
    const workspace = makeRepository();
    writeFileSync(join(workspace, 'odoo-gate.yaml'), "series: '18.0'\n");
    expect(run({ workspace }).outputs.verdict).toBe('refuse');
    mkdirSync(join(workspace, 'other'));
    expect(run({ workspace, inputs: { series: '19.0' } }).outputs.verdict).toBe('pass');
  });
});
