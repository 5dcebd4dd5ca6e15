import { z } from 'zod';
import { type Promotion, type PromotionRequest, promote as runPromote } from '../../deploy/promote/promote.ts';
import { parseReport } from '../../harness/report/json.ts';
import { askApproval, isInteractive } from '../ask-approval.ts';
import type { Subcommand } from '../command.ts';
import { readEvidence, readInput, readPolicy, readSigned } from '../evidence-files.ts';
import { currentOperator } from '../operator.ts';
import { common, list, option, text } from '../options.ts';
import { printRefusals } from '../print-refusals.ts';
import { declareStep, REQUIRED, stepShape } from '../tag-step.ts';

const options = {
  ...common,
  ...stepShape,
  verdict: text.optional(),
  approval: list.optional(),
  history: text.optional(),
  operator: text.optional(),
  unsigned: z.boolean().default(false),
  dryRun: z.boolean().default(false),
};

/** `odoo-gate promote` */
export const promote: Subcommand<typeof options> = {
  name: 'promote',
  summary: "move an image's tag on, if signed evidence says pass for exactly this image",
  examples: [
    'odoo-gate promote --repository ghcr.io/acme/odoo --from uat-v1.2.3 --to prod-v1.2.3 --evidence verified/ --policy policy.yaml',
    'odoo-gate promote … --dry-run    everything but the last step',
    'odoo-gate promote … --verdict verdict.json --approval anna.json,ben.json    where others have to approve',
    'odoo-gate promote … --evidence report/report.json --unsigned    where only trusted people can write the file',
  ],
  options,
  declare: (command) => {
    declareStep(command)
      .addOption(option('--verdict <file>', 'the verdict of `odoo-gate gate`; it has to agree with what is found now'))
      .addOption(option('--approval <files>', 'comma-separated approvals of that verdict, by `odoo-gate approve`'))
      .addOption(option('--history <file>', 'record it there; evidence that a promotion used before is refused'))
      .addOption(option('--operator <name>', 'who promotes (default: the user of this machine)'))
      .addOption(
        option('--unsigned', 'take a report.json: whoever can write the file can promote').conflicts(['policy']),
      )
      .addOption(option('--dry-run', 'say what would happen'));
  },
  run: async ({ repository, from, to, dryRun, format, history, ...given }, { progress, signal }) => {
    const operator = given.operator ?? currentOperator();
    const promotion = await runPromote({
      ...{ repository, from, to, dryRun, progress, required: REQUIRED },
      basis: await readBasis({ ...given, operator }, signal),
      ...(history === undefined ? {} : { history: { path: history, operator } }),
    });
    if (promotion.status === 'refused') {
      return printRefusals(promotion.refusals, `refused: ${repository}:${to} is not set`, format);
    }
    process.stdout.write(format === 'json' ? `${JSON.stringify(promotion, null, 2)}\n` : textOf(promotion));
    return 0;
  },
};

function textOf(promoted: Exclude<Promotion, { status: 'refused' }>): string {
  const { status, targetRepository, from, to, digest, signers, approvers, untested = [], movedSource } = promoted;
  const lines = [
    `${status}: ${targetRepository}:${to} is ${digest}`,
    `  on ${signers.length === 0 ? 'an unsigned report' : `evidence of ${signers.join(', ')}`}`,
  ];
  if (approvers.length > 0) lines.push(`  approved by ${approvers.join(', ')}`);
  if (untested.length > 0) {
    lines.push(`  note: ${untested.join(', ')} in the same image did not run when it was verified`);
  }
  if (movedSource !== undefined) {
    lines.push(`  note: ${from} moved meanwhile (now ${movedSource}); what was verified is promoted`);
  }
  return `${lines.join('\n')}\n`;
}

async function readBasis(
  given: {
    evidence: string[];
    policy?: string | undefined;
    verdict?: string | undefined;
    approval?: string[] | undefined;
    unsigned: boolean;
    operator: string;
  },
  signal: AbortSignal,
): Promise<PromotionRequest['basis']> {
  const { evidence, verdict, approval, operator } = given;
  if (given.unsigned) return { report: parseReport(await readInput(evidence[0] ?? '', '--evidence')) };
  return {
    policy: await readPolicy(given.policy),
    evidence: await readEvidence(evidence),
    ...(verdict === undefined ? {} : { verdict: await readSigned(verdict, '--verdict') }),
    ...(approval === undefined
      ? {}
      : { approvals: await Promise.all(approval.map((each) => readSigned(each, '--approval'))) }),
    ...(isInteractive()
      ? { ask: async (about) => ({ ...(await askApproval(about, signal)), approver: operator }) }
      : {}),
  };
}
