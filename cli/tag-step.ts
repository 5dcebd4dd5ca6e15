import type { Command } from 'commander';
import { SMOKE_CHECKS } from '../harness/smoke/smoke-checks.ts';
import { VERIFY_CHECKS } from '../harness/verify/plan.ts';
import { list, option, text } from './options.ts';

/** The options of commands that are about one image and one step of its tag. */
export const stepShape = {
  repository: text,
  from: text,
  to: text,
  evidence: list,
  policy: text.optional(),
};

export function declareStep(command: Command): Command {
  return command
    .addOption(option('--repository <name>', 'repository of both tags, with its registry'))
    .addOption(option('--from <tag>', 'the tag that was verified'))
    .addOption(option('--to <tag>', 'the tag to set; never moved once it is there'))
    .addOption(
      option('--evidence <files>', 'comma-separated evidence.json, or folders of them; of each kind the latest counts'),
    )
    .addOption(option('--policy <file>', 'YAML that says whose signature counts, and which steps tags may take'));
}

/** What a run of each kind has to have required, to count. */
export const REQUIRED = {
  verify: VERIFY_CHECKS,
  test: ['tests.log'],
  smoke: SMOKE_CHECKS,
  coverage: ['coverage.total'],
} as const;
