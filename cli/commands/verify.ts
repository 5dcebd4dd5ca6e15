import { z } from 'zod';
import { recordRun, standOf } from '../../deploy/history/record-run.ts';
import { loadUserRules } from '../../harness/config/user-rules.ts';
import { UsageError } from '../../harness/errors.ts';
import { verify as runVerify } from '../../harness/verify/verify.ts';
import type { Subcommand } from '../command.ts';
import { copyShape, declareCopy } from '../copy-options.ts';
import { deliver } from '../deliver.ts';
import { declareSigning, readSigning, signingShape, writeEvidence } from '../evidence-signing.ts';
import { declareFingerprint, fingerprintShape, fingerprintSource } from '../fingerprint-source.ts';
import { currentOperator } from '../operator.ts';
import { common, list, option, outOption, percent, secretFrom, text, url } from '../options.ts';

const moduleNames = z.array(z.string().regex(/^[a-zA-Z0-9_]+$/, 'has a name that no module has'));

const options = {
  ...common,
  ...copyShape,
  baseUrl: url.optional(),
  update: list.pipe(moduleNames).optional(),
  asFound: z.boolean().default(false),
  sanitize: z.boolean().default(false),
  anonymize: z.boolean().default(false),
  stagingPasswordEnv: text.optional(),
  coverage: list.optional(),
  baseCoverage: text.optional(),
  min: percent.default(80),
  ...fingerprintShape,
  ...signingShape,
  history: text.optional(),
  operator: text.optional(),
  rules: text.optional(),
  strict: z.boolean().default(false),
  only: list.optional(),
  menus: z.boolean().default(false),
  keep: z.boolean().default(false),
  out: text.optional(),
};

/** The address of a disposable stack that was given none: a name that no DNS knows (RFC 6761). */
const OWN_URL = new URL('http://odoo-gate.test:8069');

/** `odoo-gate verify` */
export const verify: Subcommand<typeof options> = {
  name: 'verify',
  summary: 'restore a backup under an image on a cut-off stack, hold it to every check, and judge',
  examples: [
    'odoo-gate verify --image odoo:19 --backup prod.zip --as-found',
    'odoo-gate verify --image ghcr.io/acme/odoo:uat-v1.2.3 --backup prod.zip --sanitize --anonymize --out report',
    'odoo-gate verify --image ghcr.io/acme/odoo:uat-v1.2.3 --backup prod.zip --sanitize --anonymize --update all',
    'odoo-gate verify --image odoo:19 --backup prod.dump --filestore filestore.tar.gz --sanitize --only "sanitize.*"',
  ],
  options,
  declare: (command) => {
    declareCopy(command)
      .addOption(option('--base-url <url>', `URL of the stack that the copy is for (default: ${OWN_URL.origin})`))
      .addOption(
        option('--update <modules>', 'comma-separated modules that Odoo updates (-u) before it starts, or all'),
      )
      .addOption(
        option('--as-found', 'change nothing before the checks (the default)').conflicts(['sanitize', 'anonymize']),
      )
      .addOption(option('--sanitize', 'neutralize and freeze the copy first'))
      .addOption(option('--anonymize', 'with --sanitize: replace personal data too'))
      .addOption(
        option(
          '--staging-password-env <name>',
          "variable with the users' password after --anonymize (default: a new one)",
        ),
      )
      .addOption(option('--coverage <reports>', 'comma-separated coverage reports to gate on as well'))
      .addOption(option('--base-coverage <report>', 'coverage report that must not be undercut'))
      .addOption(option('--min <percent>', 'least coverage').default(80));
    declareFingerprint(command)
      .addOption(option('--rules <file>', 'YAML file of rules for your own modules, each a check of its own'))
      .addOption(option('--strict', 'values that look like secrets under a name that nobody knows fail too'))
      .addOption(option('--only <ids>', 'comma-separated checks, * stands for anything'))
      .addOption(option('--menus', 'also open every menu in each of its views (smoke.menus)'))
      .addOption(option('--keep', 'leave the stack running; `odoo-gate down` removes it'))
      .addOption(outOption());
    declareSigning(command)
      .addOption(option('--history <file>', 'record the verdict there, where `promote --history` reads it'))
      .addOption(option('--operator <name>', 'who verifies, for the history (default: the user of this machine)'));
  },
  run: async (given, { progress, signal }) => {
    if (given.anonymize && !given.sanitize) {
      throw new UsageError('options', '--anonymize goes with --sanitize.', { next: 'Give both, or neither.' });
    }
    const signing = readSigning('verify', given);
    // Damage is known before the run, not after it.
    if (given.history !== undefined) await standOf(given.history);
    const stagingPassword = secretFrom(given.stagingPasswordEnv, '--staging-password-env');
    const { filestore, addons, update, only, out, coverage, baseCoverage } = given;
    const report = await runVerify({
      image: given.image,
      postgresImage: given.postgresImage,
      backup: given.backup,
      baseUrl: given.baseUrl ?? OWN_URL,
      treatment: given.anonymize ? 'sanitize-and-anonymize' : given.sanitize ? 'sanitize' : 'as-found',
      menus: given.menus,
      keep: given.keep,
      held: { strict: given.strict, rules: given.rules === undefined ? [] : loadUserRules(given.rules) },
      ...fingerprintSource(given),
      progress,
      signal,
      ...(filestore === undefined ? {} : { filestore }),
      ...(stagingPassword === undefined ? {} : { stagingPassword }),
      ...(addons === undefined ? {} : { addons }),
      ...(update === undefined ? {} : { update }),
      ...(only === undefined ? {} : { only }),
      ...(out === undefined ? {} : { out }),
      ...(coverage === undefined
        ? {}
        : {
            coverage: {
              reports: coverage,
              min: given.min,
              ...(baseCoverage === undefined ? {} : { base: baseCoverage }),
            },
          }),
      onStarted: ({ url: where, login, password, runId }) => {
        if (!given.keep) return;
        // A password that the user chose may be used elsewhere; one made for this stack is not.
        const shown = password === stagingPassword ? `the password in ${given.stagingPasswordEnv}` : password;
        progress.note(`kept: ${where.href}, sign in ${login} / ${shown}, remove it with: odoo-gate down ${runId}`);
      },
    });
    const exitCode = await deliver(report, { format: given.format, out });
    const stand = given.history === undefined ? undefined : await standOf(given.history);
    let evidence: Awaited<ReturnType<typeof writeEvidence>> | undefined;
    try {
      if (signing !== undefined) evidence = await writeEvidence(report, signing, stand);
    } finally {
      // Also where nothing could be signed: a failure speaks against an earlier pass.
      if (given.history !== undefined) {
        const operator = given.operator ?? currentOperator();
        await recordRun(given.history, report, { operator, environment: given.environment, evidence });
      }
    }
    return exitCode;
  },
};
