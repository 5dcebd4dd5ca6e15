import { judgeRelease, summarize } from '../../deploy/promote/judge-release.ts';
import { Refused } from '../../deploy/promote/refusal.ts';
import { UsageError } from '../../harness/errors.ts';
import { renderVerdict } from '../../harness/evidence/verdict-summary.ts';
import { replaceFile } from '../../harness/report/write.ts';
import { toolVersion } from '../../harness/verify/tool-version.ts';
import type { Subcommand } from '../command.ts';
import { readEvidence, readPolicy } from '../evidence-files.ts';
import { common, option, text } from '../options.ts';
import { printRefusals } from '../print-refusals.ts';
import { declareSign, readSign, signShape } from '../sign-with.ts';
import { declareStep, REQUIRED, stepShape } from '../tag-step.ts';

const options = { ...common, ...stepShape, ...signShape, outFile: text };

/** `odoo-gate gate` */
export const gate: Subcommand<typeof options> = {
  name: 'gate',
  summary: 'hold all evidence of an image to the policy, and sign one verdict on it',
  examples: [
    'odoo-gate gate --repository ghcr.io/acme/odoo --from uat-v1.2.3 --to prod-v1.2.3 --evidence verified/,coverage/evidence.json --policy policy.yaml --sign-key-env GATE_KEY --out-file verdict.json',
  ],
  options,
  declare: (command) => {
    declareSign(declareStep(command), 'the verdict').addOption(
      option('--out-file <file>', 'the verdict, a SLSA verification summary, goes there'),
    );
  },
  run: async ({ repository, from, to, evidence, policy: policyFile, outFile, format, ...given }, { progress }) => {
    const sign = readSign(given);
    if (sign === undefined) {
      throw new UsageError('options', 'Neither --sign-key-env nor --sign-keyless is given.', {
        next: 'Give one: `odoo-gate gate --help` shows both.',
      });
    }
    const policy = await readPolicy(policyFile);
    const files = await readEvidence(evidence);
    const now = new Date();
    try {
      const asked = { repository, from, to, policy, now };
      const release = await judgeRelease({ ...asked, evidence: files, required: REQUIRED, progress });
      const verdict = await summarize(release, { ...asked, toolVersion });
      await replaceFile(outFile, await sign(renderVerdict(verdict)));
      const [first, ...rest] = release.refusals;
      if (first !== undefined) return printRefusals([first, ...rest], `${outFile}: failed`, format);
      process.stdout.write(
        format === 'json'
          ? `${JSON.stringify({ status: 'passed', verdict: outFile, ...verdict }, null, 2)}\n`
          : `passed: ${verdict.repository}:${from} is ${verdict.digest}\n  verdict ${outFile}, until ${verdict.expiresAt}\n`,
      );
      return 0;
    } catch (error) {
      if (error instanceof Refused) return printRefusals(error.refusals, 'refused, and no verdict written', format);
      throw error;
    }
  },
};
