import { join } from 'node:path';
import type { Command } from 'commander';
import { formatRepository, parseReference, parseRepository } from '../deploy/registry/reference.ts';
import { UsageError } from '../harness/errors.ts';
import { readSigningKey, type SigningKey } from '../harness/evidence/keys.ts';
import { type Signing, signReport } from '../harness/evidence/sign-report.ts';
import { sha256Of } from '../harness/evidence/signed.ts';
import type { Evidence, RunKind } from '../harness/evidence/statement.ts';
import { replaceFile } from '../harness/report/write.ts';
import type { RunReport } from '../harness/run.ts';
import { repositoryOf } from '../harness/stack/image.ts';
import { number, option, secretFrom, text } from './options.ts';

export const signingShape = {
  signKeyEnv: text.optional(),
  environment: text.default('uat'),
  validFor: number.default(24),
};

/** The same for a run that can't see what image it is about. */
export const vouchingShape = { ...signingShape, forImage: text.optional() };

/** The options of commands whose report can be signed. */
export function declareSigning(command: Command): Command {
  return command
    .addOption(option('--sign-key-env <name>', 'variable with the private key (PEM) that signs evidence.json in --out'))
    .addOption(option('--environment <name>', 'what the signed run stands for').default('uat'))
    .addOption(option('--valid-for <hours>', 'how long the evidence counts').default(24));
}

export function declareVouching(command: Command): Command {
  return declareSigning(
    command.addOption(
      option('--for-image <name@digest>', 'the image that the signed run is about: the signer vouches for it'),
    ),
  );
}

interface Given {
  signKeyEnv?: string | undefined;
  environment: string;
  validFor: number;
  out?: string | undefined;
}

/** How to sign, known before the run. */
export interface Signer extends Pick<Signing, 'key' | 'environment' | 'validForMs'> {
  run: RunKind;
  out: string;
  /** The image that the signer vouches for; without it the report names it. */
  image?: Pick<Signing, 'repository' | 'digest'>;
}

/** undefined when nobody asked. Throws `UsageError` for a key or an `--out` that is missing. */
export function readSigning(run: RunKind, given: Given): Signer | undefined {
  const key = readKey(given.signKeyEnv);
  if (key === undefined) return undefined;
  if (given.out === undefined) {
    throw new UsageError('options', '--sign-key-env goes with --out: evidence.json is written there.', {
      next: 'Give --out FOLDER.',
    });
  }
  return { run, key, environment: given.environment, validForMs: given.validFor * 3_600_000, out: given.out };
}

/** The same for a run that can't see its image. Throws `UsageError` also without `--for-image`. */
export function readVouching(run: RunKind, given: Given & { forImage?: string | undefined }): Signer | undefined {
  const signing = readSigning(run, given);
  if (signing === undefined) return undefined;
  const { repository, digest } = parseReference(given.forImage ?? '');
  if (digest === undefined) {
    throw new UsageError('options', '--sign-key-env goes with --for-image HOST/NAME@sha256:….', {
      next: 'Name the image that the run is about by its digest in the registry.',
    });
  }
  return { ...signing, image: { repository: formatRepository(repository), digest } };
}

/** The private key in a variable; undefined when nobody named one. */
export function readKey(variable: string | undefined): SigningKey | undefined {
  const pem = secretFrom(variable, '--sign-key-env');
  return pem === undefined ? undefined : readSigningKey(pem);
}

/** Writes evidence.json beside the report, and says by what it is known. */
export async function writeEvidence(
  report: RunReport,
  { out, image, ...signing }: Signer,
  history?: Evidence['history'],
): Promise<{ runId: string; sha256: string }> {
  const { runId, envelope } = signReport(report, { ...signing, ...(image ?? imageOf(report)), history });
  await replaceFile(join(out, 'evidence.json'), envelope);
  return { runId, sha256: sha256Of(envelope) };
}

function imageOf({ subject }: RunReport): Pick<Signing, 'repository' | 'digest'> {
  return {
    repository: formatRepository(parseRepository(repositoryOf(subject.image?.reference ?? ''))),
    // What no registry has seen is refused where it would be signed.
    digest: subject.image?.digest ?? '',
  };
}
