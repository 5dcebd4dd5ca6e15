import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../harness/config/load.ts';
import { manifest, writeFiles } from '../harness/addon-checks/write-addons.ts';
import { runCli } from '../support/run-cli.ts';

const FIXTURES = 'fixtures/addons/tested';
const RULE = "addonRules: [{from: '*_forbidden', mayNotDependOn: '*_slow', why: it takes long}]\n";

/** `odoo-gate lint`, with the linters that this machine may have left out. */
async function lint(...args: readonly string[]) {
  const ended = await runCli(['lint', '--linters', 'none', '--format', 'json', ...args]);
  const { checks = [] } =
    ended.stdout === ''
      ? {}
      : (JSON.parse(ended.stdout) as { checks?: { id: string; findings?: { message: string }[] }[] });
  const found = checks.flatMap(({ id, findings = [] }) => findings.map(({ message }) => `${id}: ${message}`));
  return { ...ended, found };
}

describe('odoo-gate lint', { timeout: 60_000 }, () => {
  it('finds in the fixtures the circle, and the dependency that a rule forbids', async () => {
    const configuration = join(writeFiles({ 'odoo-gate.yaml': RULE }), 'odoo-gate.yaml');
    const { exitCode, found } = await lint(FIXTURES, '--series', '19.0', '--config', configuration);
    expect(found).toEqual([
      'addons.dependencies: addons depend on each other: tested_circular → tested_circular_back → tested_circular',
      'addons.architecture: tested_forbidden may not depend on tested_slow: tested_forbidden → tested_slow',
    ]);
    expect(exitCode).toBe(1);
  });

  it('ends with 3 where a dependency is not known, and with 1 where it is known to be nowhere', async () => {
    const repository = writeFiles({
      'addons/acme/__manifest__.py': manifest('"depends": ["sale"]'),
      'odoo/web/__manifest__.py': manifest(),
    });
    const addons = ['--addons', join(repository, 'addons'), '--series', '19.0'];
    expect(await lint(...addons)).toMatchObject({ exitCode: 3, found: [] });
    expect(await lint(...addons, '--odoo-addons', join(repository, 'odoo'))).toMatchObject({ exitCode: 1 });
  });

  it('marks lines as GitHub Actions does, in the paths of the repository', async () => {
    const repository = writeFiles({ 'addons/acme/__manifest__.py': manifest('"dependss": "a,b: 100%"') });
    execFileSync('git', ['init', '--quiet'], { cwd: repository });
    const { stderr } = await runCli(['lint', '--linters', 'none', '--series', '19.0', '--annotations'], {
      cwd: join(repository, 'addons'),
    });
    expect(stderr).toContain(
      '::error file=addons/acme/__manifest__.py,line=3,title=addons.manifest::unknown key "dependss": Odoo does not read it. Did you mean "depends"?\n',
    );
  });

  it('writes the report in every format', async () => {
    const out = join(writeFiles({}), 'report');
    await lint(FIXTURES, '--series', '19.0', '--out', out, '--code-quality', join(out, 'code-quality.json'));
    const names = ['code-quality.json', 'ctrf.json', 'junit.xml', 'report.html', 'report.json'];
    expect(readdirSync(out)).toEqual(expect.arrayContaining(names));
    expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('tested_circular_back');
  });

  it.each<[string, string[], string, RegExp]>([
    ['a repository that is not there', ['gone'], 'addons-folder', /gone/],
    ['a repository without addons', ['docs'], 'addons-none', /no addon in docs/],
    ['two repositories', ['a', 'b'], 'excess-arguments', /Expected 1 argument/],
    ['a series that is none', [FIXTURES, '--series', '19'], 'series', /"19"/],
    ['manifests that name no series', [FIXTURES], 'series-unknown', /No manifest says/],
    ['a linter that is none', [FIXTURES, '--linters', 'eslint'], 'options', /--linters/],
    ['folders of Odoo that are not there', [FIXTURES, '--odoo-addons', 'gone'], 'addons-folder', /gone/],
    ['a folder of addons that is not there', ['--addons', 'gone'], 'addons-folder', /gone/],
  ])('%s is a usage error', async (_what, args, code, says) => {
    const { exitCode, stdout, stderr } = await runCli(['lint', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`error [${code}]`);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/\n {2}do: /);
  });

  it.each<[string, string, RegExp]>([
    ['without a reason', 'addonRules: [{from: a, mayNotDependOn: b}]', /addonRules/],
    ['with a name that is none', "addonRules: [{from: 'a b', mayNotDependOn: b, why: c}]", /is no name of an addon/],
    ['that forbids nothing', 'addonRules: [{from: a, mayNotDependOn: [], why: c}]', /addonRules/],
    ['with an unknown key', 'addonRules: [{from: a, mayDependOn: b, mayNotDependOn: b, why: c}]', /mayDependOn/],
  ])('a rule %s is refused', (_what, yaml, says) => {
    expect(() => parseConfig(yaml)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(says) }),
    );
  });
});
