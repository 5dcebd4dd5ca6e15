import { join } from 'node:path';
import type { Command } from 'commander';
import { formatRepository, parseRepository } from '../deploy/registry/reference.ts';
import { UsageError } from '../harness/errors.ts';
import { readSigningKey } from '../harness/evidence/keys.ts';
import { type Signing, signReport } from '../harness/evidence/sign-report.ts';
import { replaceFile } from '../harness/report/write.ts';
import type { RunReport } from '../harness/run.ts';
import { repositoryOf } from '../harness/stack/image.ts';
import { number, option, secretFrom, text } from './options.ts';

export const signingShape = {
  signKeyEnv: text.optional(),
  environment: text.default('uat'),
  validFor: number.default(24),
};

/** The options of commands whose report can be signed. */
export function declareSigning(command: Command): Command {
  return command
    .addOption(option('--sign-key-env <name>', 'variable with the private key (PEM) that signs evidence.json in --out'))
    .addOption(option('--environment <name>', 'what the signed run stands for').default('uat'))
    .addOption(option('--valid-for <hours>', 'how long the evidence counts').default(24));
}

interface Given {
  signKeyEnv?: string | undefined;
  environment: string;
  validFor: number;
  out?: string | undefined;
}

/** How to sign, known before the run; undefined when nobody asked. Throws `UsageError` for a key or an `--out` that is missing. */
export function readSigning(given: Given): (Omit<Signing, 'repository'> & { out: string }) | undefined {
  const pem = secretFrom(given.signKeyEnv, '--sign-key-env');
  if (pem === undefined) return undefined;
  const key = readSigningKey(pem);
  if (given.out === undefined) {
    throw new UsageError('options', '--sign-key-env goes with --out: evidence.json is written there.', {
      next: 'Give --out FOLDER.',
    });
  }
  return { key, environment: given.environment, validForMs: given.validFor * 3_600_000, out: given.out };
}

/** Writes evidence.json beside the report. */
export async function writeEvidence(
  report: RunReport,
  { out, ...signing }: NonNullable<ReturnType<typeof readSigning>>,
): Promise<void> {
  const repository = formatRepository(parseRepository(repositoryOf(report.subject.image?.reference ?? '')));
  await replaceFile(join(out, 'evidence.json'), signReport(report, { ...signing, repository }));
}
