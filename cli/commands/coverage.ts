import { z } from 'zod';
import { explainRefusal } from '../../harness/coverage-gate/explain-refusal.ts';
import { gateCoverage } from '../../harness/coverage-gate/gate.ts';
import { writeCoveragePages } from '../../harness/coverage-gate/html.ts';
import { openStore } from '../../harness/coverage-gate/open-baseline-store.ts';
import { messageOf, UsageError } from '../../harness/errors.ts';
import { type Artifact, buildReport } from '../../harness/run.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { baseFrom, parsePathMap, readChanges } from '../coverage-inputs.ts';
import { commentTarget, keepBaseline, tellOthers } from '../coverage-outputs.ts';
import { deliver } from '../deliver.ts';
import { declareVouching, readVouching, vouchingShape, writeEvidence } from '../evidence-signing.ts';
import { common, list, option, outOption, percent, text } from '../options.ts';

const options = {
  ...common,
  base: text.optional(),
  min: percent.default(80),
  tolerance: percent.default(0),
  minAddon: percent.optional(),
  diff: text.optional(),
  since: text.optional(),
  minChanged: percent.default(80),
  sourceRoot: text.optional(),
  mapPath: list.default([]),
  exclude: list.default([]),
  baseline: text.optional(),
  saveBaseline: z.boolean().default(false),
  pushBaseline: z.boolean().default(false),
  requireBase: z.boolean().default(false),
  comment: text.optional(),
  commentId: z
    .string()
    .regex(/^[\w.-]+$/, 'has other characters than letters, digits, . _ -')
    .default('main'),
  badge: text.optional(),
  annotations: z.boolean().default(false),
  ...vouchingShape,
  out: text.optional(),
};

/** `odoo-gate coverage REPORT…` */
export const coverage: Subcommand<typeof options> = {
  name: 'coverage',
  summary: 'gate on coverage reports: least percentages, no decrease against a base, tests for what was changed',
  examples: [
    'odoo-gate coverage coverage.json --min 80',
    'odoo-gate coverage shard1.json shard2.json --base main.json    union of the shards, no decrease',
    'odoo-gate coverage coverage.json --since origin/main --min-changed 100    every changed line is run',
    'odoo-gate coverage coverage.xml --since origin/main --baseline branch:coverage --comment github',
    'odoo-gate coverage coverage.xml --baseline branch:coverage --save-baseline --push-baseline    on main',
  ],
  options,
  declare: (command) => {
    command
      .argument('<report...>', 'coverage.py JSON, Cobertura, LCOV or istanbul JSON, told apart by content')
      .addOption(option('--base <report>', 'report, or saved baseline, of the commit to compare with'))
      .addOption(option('--min <percent>', 'least line coverage').default(80))
      .addOption(option('--tolerance <points>', 'percentage points that coverage may fall').default(0))
      .addOption(option('--min-addon <percent>', 'least line coverage of each addon'))
      .addOption(option('--diff <file>', 'unified diff of the change, - for stdin: its lines have to be run'))
      .addOption(option('--since <ref>', 'the same, from git: what changed since HEAD left this branch or commit'))
      .addOption(option('--min-changed <percent>', 'least coverage of the changed lines').default(80))
      .addOption(
        option('--source-root <folder>', 'where the sources lie (default: here, if the reports name files here)'),
      )
      .addOption(
        option('--map-path <pairs>', 'comma-separated FROM=TO: a folder of the report is this one of the sources'),
      )
      .addOption(option('--exclude <patterns>', 'comma-separated paths that do not count, * stands for anything'))
      .addOption(
        option('--baseline <where>', 'folder or branch:NAME with the baselines of commits: the nearest counts'),
      )
      .addOption(option('--save-baseline', 'keep the coverage of this commit in --baseline, if it passes'))
      .addOption(option('--push-baseline', 'and push the branch to origin'))
      .addOption(option('--require-base', 'refuse if --baseline has none'))
      .addOption(option('--comment <where>', 'github, gitlab or a file: the verdict in Markdown, updated in place'))
      .addOption(option('--comment-id <id>', 'tells the comments of several gates apart').default('main'))
      .addOption(option('--badge <file>', 'write an SVG badge there'))
      .addOption(option('--annotations', 'mark untested changed lines as GitHub Actions does (default there)'))
      .addOption(outOption());
    declareVouching(command);
  },
  run: async (given, { command, progress }) => {
    refuseContradictions(given);
    const { base, since, format, out, requireBase } = given;
    const signing = readVouching('coverage', { ...given, out });
    const comment = given.comment === undefined ? undefined : commentTarget(given.comment);
    const startedAt = new Date();
    const root = given.sourceRoot ?? '.';
    const needsSources = [given.sourceRoot, given.minAddon, given.diff, since, given.baseline].some(
      (each) => each !== undefined,
    );
    const store =
      given.baseline === undefined ? undefined : openStore(given.baseline, root, { push: given.pushBaseline });
    const changes = await readChanges(given, root);
    const compared = store === undefined ? {} : await baseFrom(store, root, { since, required: requireBase, progress });
    const judged = await progress.step('read the reports', () =>
      gateCoverage({
        reports: command.args,
        min: given.min,
        tolerance: given.tolerance,
        minChanged: given.minChanged,
        pathMap: parsePathMap(given.mapPath),
        exclude: given.exclude,
        sources: { root, ifThere: !needsSources },
        ...compared,
        ...(base === undefined ? {} : { base }),
        ...(given.minAddon === undefined ? {} : { minAddon: given.minAddon }),
        ...(changes === undefined ? {} : { changes }),
      }),
    );
    if (judged.tree === undefined) {
      progress.note('no file of the reports is here: sources and addons were not looked at (--source-root)');
    }
    const pages: Artifact[] =
      out === undefined
        ? []
        : [{ kind: 'report', title: 'Coverage, line by line', path: await writeCoveragePages(judged, out) }];
    const report = buildReport({
      toolVersion,
      startedAt,
      finishedAt: new Date(),
      subject: {},
      required: judged.results.map(({ id }) => id),
      results: judged.results,
      artifacts: pages,
    });
    const exitCode = await deliver(report, { format, out });
    if (signing !== undefined) await writeEvidence(report, signing);
    const refusal = explainRefusal(judged.results);
    if (refusal !== undefined) progress.note(refusal);
    if (store !== undefined && given.saveBaseline)
      await keepBaseline(judged, report.verdict, { store, root }, progress);
    const annotations = given.annotations || process.env.GITHUB_ACTIONS === 'true';
    const { badge, commentId } = given;
    try {
      await tellOthers(judged, report.verdict, { comment, commentId, badge, annotations, root }, progress);
    } catch (error) {
      if (exitCode === 0) throw error;
      progress.note(messageOf(error)); // the refusal is what has to be seen
    }
    return exitCode;
  },
};

/** Throws `UsageError('options')` for options that can't be meant together. */
function refuseContradictions(given: z.output<z.ZodObject<typeof options>>): void {
  const { base, baseline, diff, since, saveBaseline, pushBaseline, requireBase } = given;
  const problems = [
    ...(diff !== undefined && since !== undefined ? ['--diff and --since both say what was changed'] : []),
    ...(base !== undefined && baseline !== undefined ? ['--base and --baseline both say what to compare with'] : []),
    ...(baseline === undefined && (saveBaseline || requireBase)
      ? ['--save-baseline and --require-base go with --baseline']
      : []),
    ...(pushBaseline && !(saveBaseline && baseline?.startsWith('branch:'))
      ? ['--push-baseline goes with --save-baseline and --baseline branch:NAME']
      : []),
  ];
  if (problems.length === 0) return;
  throw new UsageError('options', `${problems.join('; ')}.`, {
    next: '`odoo-gate coverage --help` shows every option with an example.',
  });
}
