import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../harness/errors.ts';
import { buildReport } from '../../harness/run.ts';
import { ROLES, visitorsOf } from '../../harness/smoke/menu-walk/roles.ts';
import { walkMenus } from '../../harness/smoke/menu-walk/walk-menus.ts';
import { runSmoke } from '../../harness/smoke/run-smoke.ts';
import { validate } from '../../harness/smoke/validate/validate.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { deliver } from '../deliver.ts';
import { declareVouching, readVouching, vouchingShape, writeEvidence } from '../evidence-signing.ts';
import { common, duration, list, option, outOption, secretFrom, text, url } from '../options.ts';

const options = {
  ...common,
  url,
  db: text,
  login: text,
  passwordEnv: text,
  flows: list.optional(),
  menus: z.boolean().default(false),
  roles: list.default(['admin']),
  budget: duration.optional(),
  changedModules: list.optional(),
  resume: z.boolean().default(false),
  blur: z.boolean().default(false),
  validateOnly: z.boolean().default(false),
  baseUrl: url.optional(),
  ...vouchingShape,
  out: text.optional(),
};

/** `odoo-gate smoke` */
export const smoke: Subcommand<typeof options> = {
  name: 'smoke',
  summary: 'drive a browser through a running Odoo: login, apps, a quotation',
  examples: [
    'ODOO_PASSWORD=… odoo-gate smoke --url https://uat.example.com --db uat --login admin --password-env ODOO_PASSWORD',
    'odoo-gate smoke … --flows login,apps --out report',
    'odoo-gate smoke … --menus --budget 5m --out report    every menu, in each of its views',
    'odoo-gate smoke … --validate-only    no browser: pages, modules, base URL, files, websocket, PDFs',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--url <url>', 'where Odoo answers'))
      .addOption(option('--db <name>', 'its database'))
      .addOption(option('--login <login>', 'user of the flows'))
      .addOption(option('--password-env <name>', 'environment variable that holds the password'))
      .addOption(option('--flows <names>', 'comma-separated flows (default: all)'))
      .addOption(option('--menus', 'open every menu in each of its views; with --flows those too, else no flow'))
      .addOption(option('--roles <names>', `with --menus, as whom: ${ROLES.join(',')}`).default('admin'))
      .addOption(option('--budget <time>', 'with --menus: begin no further screen after 90s, 5m, 1h'))
      .addOption(option('--changed-modules <names>', 'with --menus: comma-separated modules whose menus come first'))
      .addOption(option('--resume', 'with --menus: go on with the walk that --out holds'))
      .addOption(
        option('--validate-only', 'only ask what a restore or a deployment must not have broken').conflicts([
          'flows',
          'menus',
        ]),
      )
      .addOption(option('--base-url <url>', 'with --validate-only: its frozen base URL (default: --url)'))
      .addOption(option('--blur', 'leave nothing readable in screenshots: the database may hold personal data'))
      .addOption(outOption());
    declareVouching(command);
  },
  run: async (
    { url: where, db, login, passwordEnv, flows, menus, blur, validateOnly, baseUrl, format, out, ...given },
    { progress, signal },
  ) => {
    const startedAt = new Date();
    const signing = readVouching('smoke', { ...given, out });
    const password = secretFrom(passwordEnv, '--password-env');
    if (password === undefined)
      throw new UsageError('options', '--password-env is missing.', { next: 'Name the variable.' });
    const visitors = menus ? visitorsOf(given.roles, { login, password }) : [];
    const outDir = out ?? (await mkdtemp(join(tmpdir(), 'odoo-gate-smoke-')));
    try {
      const target = { url: where, database: db, login, password };
      const validation = async () => ({
        results: await validate({ ...target, ...(baseUrl ? { baseUrl } : {}) }, { progress, signal }),
        artifacts: [],
      });
      const walking = () =>
        walkMenus({
          ...target,
          outDir,
          visitors,
          screenshots: blur ? 'blur' : 'keep',
          resume: given.resume,
          signal,
          progress,
          ...(given.budget === undefined ? {} : { budgetMs: given.budget }),
          ...(given.changedModules === undefined ? {} : { changedModules: given.changedModules }),
        });
      const flowing = () =>
        runSmoke({
          ...target,
          outDir,
          screenshots: blur ? 'blur' : 'keep',
          signal,
          progress,
          ...(flows === undefined ? {} : { flows }),
        });
      const walked = menus ? await walking() : undefined;
      const flowed = validateOnly ? await validation() : menus && flows === undefined ? undefined : await flowing();
      const results = [...(flowed?.results ?? []), ...(walked === undefined ? [] : [walked.result])];
      const artifacts = [...(flowed?.artifacts ?? []), ...(walked?.artifacts ?? [])];
      const report = buildReport({
        toolVersion,
        startedAt,
        finishedAt: new Date(),
        subject: { stack: where.origin },
        required: results.map(({ id }) => id),
        results,
        visits: walked?.visits,
        artifacts: out === undefined ? [] : artifacts,
      });
      const exitCode = await deliver(report, { format, out });
      if (signing !== undefined) await writeEvidence(report, signing);
      return exitCode;
    } finally {
      if (out === undefined) await rm(outDir, { recursive: true, force: true });
    }
  },
};
