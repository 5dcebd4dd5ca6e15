import { gateCoverage } from '../../harness/coverage-gate/gate.ts';
import { buildReport } from '../../harness/run.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { declareVouching, readVouching, vouchingShape, writeEvidence } from '../evidence-signing.ts';
import { common, option, outOption, percent, text } from '../options.ts';

const options = {
  ...common,
  base: text.optional(),
  min: percent.default(80),
  tolerance: percent.default(0),
  ...vouchingShape,
  out: text.optional(),
};

/** `odoo-gate coverage REPORT…` */
export const coverage: Subcommand<typeof options> = {
  name: 'coverage',
  summary: 'gate on coverage reports: a least percentage, and no decrease against a base',
  examples: [
    'odoo-gate coverage coverage.json --min 80',
    'odoo-gate coverage shard1.json shard2.json --base main.json    union of the shards, no decrease',
    'odoo-gate coverage coverage/lcov.info --base base.info --tolerance 0.5',
  ],
  options,
  declare: (command) => {
    command
      .argument('<report...>', 'coverage.py JSON or LCOV, told apart by content')
      .addOption(option('--base <report>', 'report of the commit to compare with'))
      .addOption(option('--min <percent>', 'least line coverage').default(80))
      .addOption(option('--tolerance <points>', 'percentage points that coverage may fall').default(0))
      .addOption(outOption());
    declareVouching(command);
  },
  run: async ({ base, min, tolerance, format, out, ...given }, { command, progress }) => {
    const signing = readVouching('coverage', { ...given, out });
    const startedAt = new Date();
    const results = await progress.step('read the reports', () =>
      gateCoverage({ reports: command.args, min, tolerance, ...(base === undefined ? {} : { base }) }),
    );
    const required = ['coverage.total', ...(base === undefined ? [] : ['coverage.no-decrease'])];
    const report = buildReport({
      toolVersion,
      startedAt,
      finishedAt: new Date(),
      subject: {},
      required,
      results,
      artifacts: [],
    });
    const exitCode = await deliver(report, { format, out });
    if (signing !== undefined) await writeEvidence(report, signing);
    return exitCode;
  },
};
