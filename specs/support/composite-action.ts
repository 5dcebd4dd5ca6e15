import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..', '..');

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const step = z.strictObject({
  name: text.optional(),
  id: text.optional(),
  if: text.optional(),
  uses: text.optional(),
  with: z.record(z.string(), text).default({}),
  shell: text.optional(),
  env: z.record(z.string(), text).default({}),
  run: text.optional(),
});
const action = z.strictObject({
  name: text,
  description: text,
  branding: z.strictObject({ icon: text, color: text }),
  inputs: z.record(z.string(), z.strictObject({ description: text, default: text })),
  outputs: z.record(z.string(), z.strictObject({ description: text, value: text })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(step) }),
});

export type Step = z.output<typeof step>;

/** A composite action, as GitHub's metadata syntax has it; an unknown key is an error. */
export function readAction(path = join(ROOT, 'action.yml')) {
  return action.parse(parse(readFileSync(path, 'utf8')));
}

/** What the steps of a job see of each other, and of the event. */
interface Contexts {
  inputs: Record<string, string>;
  github: Record<string, unknown>;
  runner: Record<string, string>;
  steps: Record<string, { outputs: Record<string, string> }>;
}

/** A text with each `${{ … }}` evaluated, by GitHub's own evaluator. */
function expand(written: string, contexts: Contexts): string {
  return written.replace(/\$\{\{(.*?)\}\}/g, (_whole, expression: string) =>
    evaluate(expression, contexts).coerceString(),
  );
}

function evaluate(expression: string, contexts: Contexts): data.ExpressionData {
  const { tokens } = new Lexer(expression).lex();
  const always = { name: 'always', description: '', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) };
  const tree = new Parser(tokens, Object.keys(contexts), [always]).parse();
  const context: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(context instanceof data.Dictionary)) throw new Error('contexts are no dictionary');
  return new Evaluator(tree, context, new Map([['always', always]])).evaluate();
}

interface Ran {
  exitCode: number | null;
  log: string;
  /** Names of the steps that ran, and what actions were used with. */
  ran: string[];
  used: { uses: string; with: Record<string, string> }[];
  outputs: Record<string, string>;
  steps: Contexts['steps'];
}

/**
 * Runs the steps of the action one after the other with bash, as a runner does: conditions and inputs are evaluated,
 * GITHUB_OUTPUT, GITHUB_ENV and GITHUB_PATH are files, a step that fails ends it. Steps that use another action are only
 * noted. `before` may change the surroundings of a step.
 */
export function runAction(
  given: {
    inputs?: Record<string, string>;
    github?: Record<string, unknown>;
    env?: Record<string, string>;
    workspace: string;
    temp: string;
  },
  before: (step: Step) => void = () => {},
): Ran {
  const { inputs: declared, outputs, runs } = readAction();
  const defaults = Object.fromEntries(Object.entries(declared).map(([name, { default: value }]) => [name, value]));
  const contexts: Contexts = {
    inputs: { ...defaults, 'github-token': 'token', ...given.inputs },
    github: given.github ?? {},
    runner: { os: 'Linux', temp: given.temp },
    steps: {},
  };
  const surroundings: Record<string, string | undefined> = {
    ...process.env,
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: ROOT,
    RUNNER_TEMP: given.temp,
    RUNNER_ENVIRONMENT: 'self-hosted',
    ...given.env,
  };
  const result: Ran = { exitCode: 0, log: '', ran: [], used: [], outputs: {}, steps: contexts.steps };
  for (const [index, each] of runs.steps.entries()) {
    const always = each.if?.includes('always()') === true;
    if (result.exitCode !== 0 && !always) continue;
    if (each.if !== undefined && !isTrue(evaluate(each.if, contexts))) continue;
    const name = each.name ?? each.uses ?? '';
    result.ran.push(name);
    if (each.uses !== undefined) {
      result.used.push({ uses: each.uses, with: expandAll(each.with, contexts) });
      continue;
    }
    before(each);
    const files = filesOf(join(given.temp, `step-${index}`));
    const script = join(given.temp, `step-${index}.sh`);
    writeFileSync(script, each.run ?? '');
    const ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd: given.workspace,
      env: { ...surroundings, ...files, ...expandAll(each.env, contexts) },
      encoding: 'utf8',
    });
    result.log += `${ended.stdout}${ended.stderr}`;
    if (ended.status !== 0) result.exitCode = ended.status;
    Object.assign(surroundings, pairsIn(files.GITHUB_ENV));
    for (const folder of linesIn(files.GITHUB_PATH)) surroundings.PATH = `${folder}:${surroundings.PATH}`;
    if (each.id !== undefined) contexts.steps[each.id] = { outputs: pairsIn(files.GITHUB_OUTPUT) };
  }
  const values = Object.entries(outputs).map(([name, { value }]) => [name, expand(value, contexts)]);
  return { ...result, outputs: Object.fromEntries(values) };
}

function isTrue(value: data.ExpressionData): boolean {
  return !['', 'false', '0'].includes(value.coerceString());
}

function expandAll(written: Record<string, string>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, expand(value, contexts)]));
}

function filesOf(folder: string) {
  mkdirSync(folder, { recursive: true });
  const files = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_ENV: join(folder, 'env'),
    GITHUB_PATH: join(folder, 'path'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  };
  for (const file of Object.values(files)) writeFileSync(file, '');
  return files;
}

function linesIn(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

function pairsIn(file: string): Record<string, string> {
  return Object.fromEntries(
    linesIn(file).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
