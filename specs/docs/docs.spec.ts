import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLines, problemOf, SUBCOMMANDS } from '../../fixtures/docs/command-lines.ts';
import { errorCodeProblems, thrownCodes } from '../../fixtures/docs/error-codes.ts';
import { replacePart } from '../../fixtures/docs/generated.ts';
import { brokenLinks, unlistedPages } from '../../fixtures/docs/links.ts';
import {
  checkIdProblems,
  commandTableProblems,
  missingKeyExamples,
  missingRefusals,
  variableProblems,
} from '../../fixtures/docs/names.ts';
import { parsePage, ROOT } from '../../fixtures/docs/page.ts';
import { docsProblems } from '../../fixtures/docs/problems.ts';

const commands = SUBCOMMANDS.filter((command) => command.name() !== 'help');

describe('the pages', () => {
  it('say what the code does', async () => {
    expect(await docsProblems()).toEqual([]);
  });

  it('hold no path of a machine', () => {
    const texts = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'].map((name) =>
      readFileSync(join(ROOT, name), 'utf8'),
    );
    expect(texts.join('\n')).not.toContain(ROOT);
  });
});

describe('a link', () => {
  const page = (text: string) => parsePage('docs/a.md', text);

  it.each([
    ['to a file that is not there', '[x](gone.md)', 'docs/a.md: the link gone.md leads to no file'],
    ['to a heading that is not there', '# Here\n[x](#there)', 'docs/a.md: the link #there leads to no heading'],
    ['to an image that is not there', '![x](images/gone.png)', 'docs/a.md: the link images/gone.png leads to no file'],
  ])('%s is told', (_what, text, problem) => {
    expect(brokenLinks([page(text)])).toEqual([problem]);
  });

  it('to a heading with code and punctuation in it is found', () => {
    expect(brokenLinks([parsePage('README.md', '# A `--flag`, and more\n[x](#a---flag-and-more)')])).toEqual([]);
  });

  it('that the index lacks is told', () => {
    expect(unlistedPages([parsePage('docs/README.md', '[a](a.md)'), page(''), parsePage('docs/b.md', '')])).toEqual([
      'docs/README.md does not link docs/b.md',
    ]);
  });
});

describe('a command line', () => {
  it.each([
    ['odoo-gate verfy --image a', /no command "verfy"/],
    ['odoo-gate verify --image odoo:19 --backup a.zip --sanitise', /unknown option '--sanitise'/],
    ['odoo-gate verify --image odoo:19', /--backup is missing/],
    ['odoo-gate verify --image odoo:19 --backup a.zip --as-found --sanitize', /cannot be used with/],
    ['odoo-gate check … --url https://a', /unknown option --url/],
    ['odoo-gate down', undefined],
    ['odoo-gate check … --only sanitize.crons', undefined],
    ['odoo-gate verify --image odoo:19 --backup a.zip --as-found', undefined],
  ])('%s is judged by the real command line', async (line, problem) => {
    const found = await problemOf(line);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  });

  it('is found behind variables, a prompt, a YAML key and a continued line, without comment and pipe', () => {
    const text = [
      'KEY=… npx odoo-gate sanitize \\\n  --anonymize   # why',
      '$ odoo-gate clean | cat',
      '  - run: npx odoo-gate up --demo',
      'a word on odoo-gate',
    ].join('\n');
    expect(commandLines(text)).toEqual(['odoo-gate sanitize --anonymize', 'odoo-gate clean', 'odoo-gate up --demo']);
  });
});

describe('error codes', () => {
  const source = (text: string) => [{ path: 'a.ts', text }];

  it('are read off classes, subclasses and conditional codes, with their exit codes', () => {
    const codes = thrownCodes(
      source(`
        class Sub extends InfrastructureError { constructor() { super('sub-code', 'a', { next }); } }
        throw new UsageError(missing ? 'one' : 'two', 'b', { next });
        throw new Sub();`),
    );
    expect([...codes].map(([code, exits]) => [code, [...exits]])).toEqual([
      ['sub-code', ['3']],
      ['one', ['2']],
      ['two', ['2']],
    ]);
  });

  it('that stand in a variable are not guessed', () => {
    expect(() => thrownCodes(source('throw new UsageError(code, text, { next });'))).toThrow('which code is this?');
  });

  it('that a page lacks, invents or gives another exit code are told', () => {
    const page = parsePage('docs/errors.md', '| code | exit |\n|---|---|\n| `a` | 3 |\n| `b` | 2 |\n');
    const codes = new Map([
      ['a', new Set(['2'])],
      ['c', new Set(['2'])],
    ]);
    expect(errorCodeProblems([page], codes)).toEqual([
      'docs/errors.md: a ends with 2, not 3',
      'docs/errors.md: nothing ends with the code b',
      'docs/errors.md lacks c',
    ]);
  });
});

describe('names', () => {
  it('of commands and their options in README are the real ones', () => {
    const table = '| command | options |\n|---|---|\n| `down` | `--all` |\n| `destroy` | |\n';
    const problems = commandTableProblems(parsePage('README.md', table), commands);
    expect(problems).toContain('README.md: down has no --all');
    expect(problems).toContain('README.md: there is no command destroy');
    expect(problems).toContain('README.md: the command table has to have verify once');
    expect(problems).not.toContain('README.md: the command table has to have down once');
  });

  it('of checks are the real ones, and each is on a page', () => {
    const problems = checkIdProblems([parsePage('a.md', '`sanitize.cron` `sanitize.crons`')]);
    expect(problems).toContain('a.md: there is no check sanitize.cron');
    expect(problems).toContain('no page names the check smoke.login');
    expect(problems).not.toContain('no page names the check sanitize.crons');
  });

  it('of variables are read somewhere', () => {
    const page = parsePage('a.md', 'ODOO_GATE_BASE_URL ODOO_GATE_BROWSER ODOO_GATE_BASEURL');
    expect(variableProblems([page], commands, [{ text: 'process.env.ODOO_GATE_BROWSER' }])).toEqual([
      'a.md: nothing reads ODOO_GATE_BASEURL',
    ]);
  });

  it('of keys have an example, and refusals an explanation', () => {
    const page = parsePage('docs/configuration.md', '```yaml\nimage: a\n```');
    expect(missingKeyExamples([page], ['image', 'backup'])).toEqual(['docs/configuration.md has no example of backup']);
    expect(missingRefusals([parsePage('docs/promote.md', '`one`')], "type A =\n  | 'one'\n  | 'two';")).toEqual([
      'docs/promote.md lacks the refusal two',
    ]);
  });

  it('of a part that the page lacks are an error', () => {
    expect(() => replacePart('text', 'keys', 'new')).toThrow('no part "keys"');
  });
});
