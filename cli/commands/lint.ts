import { z } from 'zod';
import { checkAddons } from '../../harness/addon-checks/check-addons.ts';
import { LINTERS } from '../../harness/addon-checks/linters.ts';
import { addonRule } from '../../harness/config/schema.ts';
import { askGit } from '../../harness/coverage-gate/git.ts';
import { renderCodeQuality } from '../../harness/report/code-quality.ts';
import { renderWorkflowCommands } from '../../harness/report/workflow-commands.ts';
import { replaceFile } from '../../harness/report/write.ts';
import { buildReport } from '../../harness/run.ts';
import { modulesOfOdoo } from '../../harness/verify/modules-of-odoo.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { common, list, option, outOption, text } from '../options.ts';

const options = {
  ...common,
  addons: list.optional(),
  series: text.default('auto'),
  odooAddons: list.optional(),
  odooImage: text.optional(),
  manifestKeys: list.default([]),
  addonRules: z.array(addonRule).default([]),
  linters: z
    .union([
      z.literal('auto'),
      z.literal('none').transform(() => []),
      list.pipe(z.array(z.enum(LINTERS, `is none of auto, none, ${LINTERS.join(', ')}`))),
    ])
    .default('auto'),
  annotations: z.boolean().default(false),
  codeQuality: text.optional(),
  out: text.optional(),
};

/** `odoo-gate lint [REPOSITORY]` */
export const lint: Subcommand<typeof options> = {
  name: 'lint',
  summary: 'check addons without Odoo, Docker or a database: manifests, dependencies, architecture, XML, Python',
  examples: [
    'odoo-gate lint --series 19.0    every addon below this folder',
    'odoo-gate lint --addons addons,oca --odoo-addons /opt/odoo/addons,/opt/enterprise',
    'odoo-gate lint --odoo-image odoo:19 --linters ruff,pylint-odoo --out report',
  ],
  options,
  declare: (command) => {
    command
      .argument('[repository]', 'folder to search for addons (default: --addons, else this one)')
      .addOption(option('--addons <folders>', 'comma-separated folders that addons lie in, instead of a repository'))
      .addOption(
        option('--series <series>', 'series of Odoo, 14.0 to 19.0; auto: what the manifests say').default('auto'),
      )
      .addOption(
        option('--odoo-addons <folders>', "comma-separated folders of Odoo's own modules: their names are known"),
      )
      .addOption(option('--odoo-image <reference>', 'Odoo image that knows them; this takes a container engine'))
      .addOption(option('--manifest-keys <names>', 'comma-separated keys of manifests that tools of your own read'))
      .addOption(
        option(
          '--linters <names>',
          `comma-separated, of ${LINTERS.join(', ')}: these have to run; auto: if there`,
        ).default('auto'),
      )
      .addOption(option('--annotations', 'mark the lines of findings as GitHub Actions does (default there)'))
      .addOption(option('--code-quality <file>', 'write a Code Quality report there, by which GitLab marks them'))
      .addOption(outOption());
  },
  run: async (given, { command, progress, signal }) => {
    const [repository] = command.args;
    const startedAt = new Date();
    const odoo = await modulesOfOdoo({ folders: given.odooAddons, image: given.odooImage }, { progress, signal });
    const folders = repository === undefined ? given.addons : undefined;
    const { results, required } = await progress.step('look at the addons', () =>
      checkAddons({
        where: folders === undefined ? { repository: repository ?? '.' } : { addons: folders },
        series: given.series,
        odoo,
        rules: given.addonRules,
        allowedKeys: given.manifestKeys,
        linters: given.linters,
        signal,
      }),
    );
    const report = buildReport({
      toolVersion,
      startedAt,
      finishedAt: new Date(),
      subject: {},
      required,
      results,
      artifacts: [],
    });
    const exitCode = await deliver(report, given);
    const prefix = (await askGit('.', ['rev-parse', '--show-prefix']))?.trim();
    if (given.codeQuality !== undefined) await replaceFile(given.codeQuality, renderCodeQuality(report, prefix));
    if (given.annotations || process.env.GITHUB_ACTIONS === 'true')
      for (const line of renderWorkflowCommands(report, prefix)) process.stderr.write(`${line}\n`);
    return exitCode;
  },
};
