import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { loadAllowedRecords } from '../../harness/addon-tests/allowed-log.ts';
import { type AddonTests, testAddons } from '../../harness/addon-tests/test-addons.ts';
import { gateCoverage } from '../../harness/coverage-gate/gate.ts';
import { UsageError } from '../../harness/errors.ts';
import { removeReport } from '../../harness/report/write.ts';
import { buildReport } from '../../harness/run.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { declareVouching, readVouching, vouchingShape, writeEvidence } from '../evidence-signing.ts';
import { common, list, number, option, outOption, percent, text } from '../options.ts';

const options = {
  ...common,
  image: text,
  postgresImage: text.default('postgres:17'),
  addons: list,
  modules: list.optional(),
  changedSince: text.optional(),
  shards: number.pipe(z.int('is not a whole number').min(1, 'is less than 1').max(32, 'is more than 32')).default(1),
  withoutDemo: z.boolean().default(false),
  requireTests: z.boolean().default(false),
  logAllowed: text.optional(),
  min: percent.optional(),
  base: text.optional(),
  tolerance: percent.default(0),
  ...vouchingShape,
  out: text.optional(),
};

/** `odoo-gate test` */
export const test: Subcommand<typeof options> = {
  name: 'test',
  summary: 'run the tests of addons in disposable databases, under coverage',
  examples: [
    'odoo-gate test --image odoo:19 --addons addons --out report',
    'odoo-gate test --image odoo:19 --addons addons --changed-since origin/main    what changed, and what depends on it',
    'odoo-gate test --image odoo:19 --addons addons --shards 2 --min 80 --base main.json',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--image <reference>', 'Odoo image; pulled if a registry has it'))
      .addOption(option('--postgres-image <reference>', 'Postgres image').default('postgres:17'))
      .addOption(option('--addons <folders>', 'comma-separated folders that hold the addons'))
      .addOption(option('--modules <names>', 'comma-separated addons to test (default: all)'))
      .addOption(option('--changed-since <ref>', 'only what changed since then in git, and what depends on it'))
      .addOption(option('--shards <number>', 'databases that are tested in at the same time').default(1))
      .addOption(option('--without-demo', 'databases without demo data'))
      .addOption(option('--require-tests', 'an addon without tests fails'))
      .addOption(option('--log-allowed <file>', 'YAML file of log records above INFO that are allowed, with reasons'))
      .addOption(option('--min <percent>', 'least line coverage (default: none is asked for)'))
      .addOption(option('--base <report>', 'coverage report of the commit to compare with'))
      .addOption(option('--tolerance <points>', 'percentage points that coverage may fall').default(0))
      .addOption(outOption());
    declareVouching(command);
  },
  run: async (given, { progress, signal }) => {
    const { modules, changedSince, out } = given;
    const signing = readVouching('test', given);
    if (signing !== undefined && (modules !== undefined || changedSince !== undefined)) {
      throw new UsageError('options', '--sign-key-env does not go with --modules or --changed-since.', {
        next: 'Evidence speaks of the whole image: sign a run over all addons.',
      });
    }
    const allowed = given.logAllowed === undefined ? [] : loadAllowedRecords(given.logAllowed);
    const startedAt = new Date();
    const folder = out ?? (await mkdtemp(join(tmpdir(), 'odoo-gate-test-')));
    try {
      if (out !== undefined) await removeReport(out);
      const tested = await testAddons({
        image: given.image,
        postgresImage: given.postgresImage,
        folders: given.addons,
        demo: !given.withoutDemo,
        shards: given.shards,
        requireTests: given.requireTests,
        allowed,
        out: folder,
        progress,
        signal,
        ...(modules === undefined ? {} : { modules }),
        ...(changedSince === undefined ? {} : { changedSince }),
      });
      const gate = await gateOn(tested, given);
      const report = buildReport({
        toolVersion,
        startedAt,
        finishedAt: new Date(),
        subject: tested.subject,
        required: [...tested.required, ...gate.required],
        results: [...tested.results, ...gate.results],
        tests: tested.tests,
        artifacts: out === undefined ? [] : tested.artifacts,
      });
      const exitCode = await deliver(report, { format: given.format, out });
      if (signing !== undefined) await writeEvidence(report, signing);
      return exitCode;
    } finally {
      if (out === undefined) await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Coverage that was asked for and could not be measured is required all the same. */
async function gateOn(
  { coverage, results }: AddonTests,
  { min, base, tolerance }: { min?: number | undefined; base?: string | undefined; tolerance: number },
) {
  const nothingTested = results.every(({ id }) => /^tests\.(selection|flaky|log)$/.test(id));
  if ((min === undefined && base === undefined) || nothingTested) return { required: [], results: [] };
  const required = ['coverage.total', ...(base === undefined ? [] : ['coverage.no-decrease'])];
  if (coverage === undefined) return { required, results: [] };
  const gate = { reports: [coverage.json], min: min ?? 0, tolerance, ...(base === undefined ? {} : { base }) };
  const { results: judged } = await gateCoverage(gate);
  return { required, results: judged };
}
