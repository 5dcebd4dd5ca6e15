import type { Command } from 'commander';
import { UsageError } from '../harness/errors.ts';
import type { FingerprintSource } from '../harness/verify/residue.ts';
import { option, secretFrom, text } from './options.ts';

/** What `check` and `verify` take to look for production's values. */
export const fingerprintShape = { fingerprint: text.optional(), fingerprintKeyEnv: text.optional() };

export function declareFingerprint(command: Command): Command {
  return command
    .addOption(option('--fingerprint <file>', "production's fingerprints: none of its values may be left in any table"))
    .addOption(option('--fingerprint-key-env <name>', 'variable with the key that they were made with'));
}

/** Both, or neither. Throws `UsageError('options')`. */
export function fingerprintSource(given: {
  fingerprint?: string | undefined;
  fingerprintKeyEnv?: string | undefined;
}): { fingerprint?: FingerprintSource } {
  const secret = secretFrom(given.fingerprintKeyEnv, '--fingerprint-key-env');
  if (given.fingerprint === undefined && secret === undefined) return {};
  if (given.fingerprint === undefined || secret === undefined) {
    throw new UsageError('options', '--fingerprint goes with --fingerprint-key-env.', {
      next: 'Give both, or neither.',
    });
  }
  return { fingerprint: { file: given.fingerprint, secret } };
}
