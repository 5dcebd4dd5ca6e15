import type { Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../harness/errors.ts';
import { readSigningKey } from '../harness/evidence/keys.ts';
import { type Sign, signWithKey } from '../harness/evidence/sign.ts';
import { signKeyless } from '../harness/evidence/sign-keyless.ts';
import { option, secretFrom, text, url } from './options.ts';

// It is sent a token that signs in the job's name.
const service = url.refine(
  ({ protocol, hostname }) => protocol === 'https:' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname),
  'is neither https nor on this machine',
);

export const signShape = {
  signKeyEnv: text.optional(),
  signKeyless: z.boolean().default(false),
  fulcioUrl: service.optional(),
  rekorUrl: service.optional(),
  tsaUrl: service.optional(),
};

/** The options that say whose signature it will be. `what` is signed. */
export function declareSign(command: Command, what: string): Command {
  return command
    .addOption(option('--sign-key-env <name>', `variable with the private key (PEM) that signs ${what}`))
    .addOption(option('--sign-keyless', `sign ${what} as the identity of this CI job, with sigstore`))
    .addOption(
      option('--fulcio-url <url>', "of a sigstore of your own: who certifies (default: sigstore's public one)"),
    )
    .addOption(option('--rekor-url <url>', "of a sigstore of your own: who logs (default: sigstore's public one)"))
    .addOption(option('--tsa-url <url>', 'of a timestamp authority, beside the time in the log'));
}

/** How to sign, known before anything is done; undefined when nobody asked. Throws `UsageError`. */
export function readSign(given: z.output<z.ZodObject<typeof signShape>>): Sign | undefined {
  const pem = secretFrom(given.signKeyEnv, '--sign-key-env');
  if (pem !== undefined && given.signKeyless) {
    throw new UsageError('options', '--sign-key-env and --sign-keyless exclude each other.', {
      next: 'Give one of them: evidence has one signature.',
    });
  }
  if (given.signKeyless) return signKeyless(given);
  return pem === undefined ? undefined : signWithKey(readSigningKey(pem));
}
