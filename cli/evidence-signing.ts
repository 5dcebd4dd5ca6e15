import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { formatRepository, parseReference, parseRepository } from '../deploy/registry/reference.ts';
import { UsageError } from '../harness/errors.ts';
import { type Signing, signReport } from '../harness/evidence/sign-report.ts';
import { sha256Of } from '../harness/evidence/signed.ts';
import type { Evidence, RunKind } from '../harness/evidence/statement.ts';
import { replaceFile } from '../harness/report/write.ts';
import type { RunReport } from '../harness/run.ts';
import { repositoryOf } from '../harness/stack/image.ts';
import { number, option, text } from './options.ts';
import { declareSign, readSign, signShape } from './sign-with.ts';

export const signingShape = {
  ...signShape,
  environment: text.default('uat'),
  validFor: number.default(24),
};

/** The same for a run that can't see what image it is about. */
export const vouchingShape = { ...signingShape, forImage: text.optional() };

/** The options of commands whose report can be signed. */
export function declareSigning(command: Command): Command {
  return declareSign(command, 'evidence.json in --out')
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

type Given = z.output<z.ZodObject<typeof signingShape>> & { out?: string | undefined };

/** How to sign, known before the run. */
export interface Signer extends Pick<Signing, 'sign' | 'environment' | 'validForMs'> {
  run: RunKind;
  out: string;
  /** The image that the signer vouches for; without it the report names it. */
  image?: Pick<Signing, 'repository' | 'digest'>;
}

/** undefined when nobody asked. Throws `UsageError` for a key, an identity or an `--out` that is missing. */
export function readSigning(run: RunKind, given: Given): Signer | undefined {
  const sign = readSign(given);
  if (sign === undefined) return undefined;
  if (given.out === undefined) {
    throw new UsageError(
      'options',
      '--sign-key-env and --sign-keyless go with --out: evidence.json is written there.',
      {
        next: 'Give --out FOLDER.',
      },
    );
  }
  return { run, sign, environment: given.environment, validForMs: given.validFor * 3_600_000, out: given.out };
}

/** The same for a run that can't see its image. Throws `UsageError` also without `--for-image`. */
export function readVouching(run: RunKind, given: Given & { forImage?: string | undefined }): Signer | undefined {
  const signing = readSigning(run, given);
  if (signing === undefined) return undefined;
  const { repository, digest } = parseReference(given.forImage ?? '');
  if (digest === undefined) {
    throw new UsageError('options', '--sign-key-env and --sign-keyless go with --for-image HOST/NAME@sha256:….', {
      next: 'Name the image that the run is about by its digest in the registry.',
    });
  }
  return { ...signing, image: { repository: formatRepository(repository), digest } };
}

/** Writes evidence.json beside the report, and says by what it is known. */
export async function writeEvidence(
  report: RunReport,
  { out, image, ...signing }: Signer,
  history?: Evidence['history'],
): Promise<{ runId: string; sha256: string }> {
  const path = join(out, 'evidence.json');
  // Signing can fail: what an earlier run left there is not about this one.
  await rm(path, { force: true });
  const { runId, signed } = await signReport(report, { ...signing, ...(image ?? imageOf(report)), history });
  await replaceFile(path, signed);
  return { runId, sha256: sha256Of(signed) };
}

function imageOf({ subject }: RunReport): Pick<Signing, 'repository' | 'digest'> {
  return {
    repository: formatRepository(parseRepository(repositoryOf(subject.image?.reference ?? ''))),
    // What no registry has seen is refused where it would be signed.
    digest: subject.image?.digest ?? '',
  };
}
