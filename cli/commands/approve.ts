import { fresh, signApproval } from '../../deploy/approve/approval.ts';
import { approvalRequest } from '../../deploy/approve/approval-request.ts';
import { lackOf } from '../../deploy/promote/check-approvals.ts';
import { Refused, refusal } from '../../deploy/promote/refusal.ts';
import { UsageError } from '../../harness/errors.ts';
import { readSigningKey } from '../../harness/evidence/keys.ts';
import { replaceFile } from '../../harness/report/write.ts';
import { askApproval, isInteractive } from '../ask-approval.ts';
import type { Subcommand } from '../command.ts';
import { readPolicy, readSigned } from '../evidence-files.ts';
import { common, number, option, secretFrom, text } from '../options.ts';
import { printRefusals } from '../print-refusals.ts';

const options = {
  ...common,
  verdict: text,
  policy: text.optional(),
  signKeyEnv: text,
  outFile: text,
  validFor: number.default(24),
};

/** `odoo-gate approve` */
export const approve: Subcommand<typeof options> = {
  name: 'approve',
  summary: "answer the policy's questions about a verdict, type APPROVE, and sign that",
  examples: [
    'odoo-gate approve --verdict verdict.json --policy policy.yaml --sign-key-env MY_KEY --out-file approval.json',
  ],
  options,
  declare: (command) => {
    command
      .addOption(option('--verdict <file>', 'the verdict that `odoo-gate gate` signed'))
      .addOption(option('--policy <file>', 'YAML that names signers, approvers and the steps that tags may take'))
      .addOption(option('--sign-key-env <name>', "variable with the approver's private key (PEM)"))
      .addOption(option('--out-file <file>', 'the signed approval goes there'))
      .addOption(option('--valid-for <hours>', 'how long the approval counts').default(24));
  },
  run: async ({ verdict, policy: policyFile, signKeyEnv, outFile, validFor, format }, { signal }) => {
    const key = readSigningKey(secretFrom(signKeyEnv, '--sign-key-env') ?? '');
    const policy = await readPolicy(policyFile);
    try {
      const now = new Date();
      const { rule, ...about } = approvalRequest(await readSigned(verdict, '--verdict'), policy, key, now);
      if (!isInteractive()) {
        throw new UsageError('approval-needs-terminal', 'Approving takes a person, and this is no terminal.', {
          next: 'Run odoo-gate approve in a terminal; a pipeline takes the file that it writes.',
        });
      }
      const said = await askApproval({ ...about, questions: rule.questions }, signal);
      const lacks = lackOf(said, { rule, digest: about.digest });
      if (lacks !== undefined) {
        throw new Refused(refusal('approval-incomplete', lacks, 'Approve it when every answer is yes.'));
      }
      const approval = { ...about, ...said, ...fresh(new Date(), validFor * 3_600_000) };
      await replaceFile(outFile, signApproval(approval, key));
      process.stdout.write(
        format === 'json'
          ? `${JSON.stringify({ status: 'approved', approval: outFile, approver: about.approver, expiresAt: approval.expiresAt })}\n`
          : `approved by ${about.approver} until ${approval.expiresAt}: ${outFile}\n`,
      );
      return 0;
    } catch (error) {
      if (error instanceof Refused) return printRefusals(error.refusals, 'not approved', format);
      throw error;
    }
  },
};
