import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { promote as runPromote } from '../../deploy/promote/promote.ts';
import type { Proof } from '../../deploy/promote/proof.ts';
import { UsageError } from '../../harness/errors.ts';
import { parseTrust } from '../../harness/evidence/trust.ts';
import { parseReport } from '../../harness/report/json.ts';
import { VERIFY_CHECKS } from '../../harness/verify/plan.ts';
import type { Subcommand } from '../command.ts';
import { common, number, option, text } from '../options.ts';

const options = {
  ...common,
  repository: text,
  from: text,
  to: text,
  evidence: text,
  trust: text.optional(),
  environment: text.default('uat'),
  unsigned: z.boolean().default(false),
  maxAge: number.default(24),
  dryRun: z.boolean().default(false),
};

/** `odoo-gate promote` */
export const promote: Subcommand<typeof options> = {
  name: 'promote',
  summary: "move an image's tag on, if signed evidence says pass for exactly this image",
  examples: [
    'odoo-gate promote --repository ghcr.io/acme/odoo --from uat-v1.2.3 --to prod-v1.2.3 --evidence report/evidence.json --trust trust.yaml',
    'odoo-gate promote … --dry-run    everything but the last step',
    'odoo-gate promote … --evidence report/report.json --unsigned    where only trusted people can write the file',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--repository <name>', 'repository of both tags, with its registry'))
      .addOption(option('--from <tag>', 'the tag that was verified'))
      .addOption(option('--to <tag>', 'the tag to set; never moved once it is there'))
      .addOption(option('--evidence <file>', 'evidence.json of `odoo-gate verify`'))
      .addOption(option('--trust <file>', 'YAML that says whose signature counts, and for which environments'))
      .addOption(option('--environment <name>', 'the environment that has to be verified').default('uat'))
      .addOption(
        option('--unsigned', 'take a report.json: whoever can write the file can promote').conflicts(['trust']),
      )
      .addOption(option('--max-age <hours>', 'how long a report counts').default(24))
      .addOption(option('--dry-run', 'say what would happen'));
  },
  run: async ({ repository, from, to, maxAge, dryRun, format, ...given }, { progress }) => {
    const proof = await readProof(given);
    const promotion = await runPromote({
      repository,
      from,
      to,
      proof,
      dryRun,
      progress,
      required: VERIFY_CHECKS,
      maxAgeMs: maxAge * 3_600_000,
    });
    if (format === 'json') process.stdout.write(`${JSON.stringify(promotion, null, 2)}\n`);
    else if (promotion.status === 'refused') {
      process.stdout.write(`refused: ${repository}:${to} is not set\n`);
      for (const { code, message, fix } of promotion.refusals)
        process.stdout.write(`  [${code}] ${message}\n    do: ${fix}\n`);
    } else {
      process.stdout.write(`${promotion.status}: ${repository}:${to} is ${promotion.digest}\n`);
      process.stdout.write(
        `  on ${promotion.signer === undefined ? 'an unsigned report' : `evidence of ${promotion.signer}`}\n`,
      );
      if (promotion.untested !== undefined && promotion.untested.length > 0) {
        process.stdout.write(
          `  note: ${promotion.untested.join(', ')} in the same image did not run when it was verified\n`,
        );
      }
      if (promotion.movedSource !== undefined) {
        process.stdout.write(
          `  note: ${from} moved meanwhile (now ${promotion.movedSource}); what was verified is promoted\n`,
        );
      }
    }
    return promotion.status === 'refused' ? 1 : 0;
  },
};

async function readProof(given: {
  evidence: string;
  trust?: string | undefined;
  environment: string;
  unsigned: boolean;
}): Promise<Proof> {
  const { evidence, trust, environment, unsigned } = given;
  if (unsigned) return { report: parseReport(await readInput(evidence, 'evidence')) };
  if (trust === undefined) {
    throw new UsageError('trust-missing', 'Nobody says whose signature counts.', {
      next: 'Give --trust FILE; or --unsigned with a report.json, where only trusted people can write it.',
    });
  }
  const signers = parseTrust(await readInput(trust, 'trust'));
  return { envelope: await readInput(evidence, 'evidence'), signers, environment };
}

async function readInput(path: string, option: 'evidence' | 'trust'): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError('evidence-missing', `The file "${path}" of --${option} can't be read.`, {
      next: '--evidence is what `odoo-gate verify --sign-key-env … --out FOLDER` wrote; --trust is yours to write.',
      cause,
    });
  }
}
