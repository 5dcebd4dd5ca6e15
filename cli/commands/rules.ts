import { loadUserRules } from '../../harness/config/user-rules.ts';
import { type ListedCheck, listRules } from '../../harness/sanitize-checks/list-rules.ts';
import type { Subcommand } from '../command.ts';
import { common, option, text } from '../options.ts';

const options = { ...common, rules: text.optional() };

/** `odoo-gate rules` */
export const rules: Subcommand<typeof options> = {
  name: 'rules',
  summary: 'every rule of the sanitization checks: what it holds against a copy, why, and how that is known',
  examples: ['odoo-gate rules', 'odoo-gate rules --rules rules.yaml    with your own', 'odoo-gate rules --format json'],
  options,
  declare: (command) => {
    command.addOption(option('--rules <file>', 'YAML file of rules for your own modules'));
  },
  run: async ({ rules: file, format }) => {
    const checks = listRules(file === undefined ? [] : loadUserRules(file));
    process.stdout.write(format === 'json' ? `${JSON.stringify(checks, undefined, 2)}\n` : textOf(checks));
    return 0;
  },
};

function textOf(checks: readonly ListedCheck[]): string {
  const count = checks.reduce((sum, { rules }) => sum + rules.length, 0);
  return [...checks.map(describe), `${checks.length} checks with ${count} rules`, ''].join('\n');
}

function describe({ id, title, severity, odoo, why, source, rules, beside }: ListedCheck): string {
  const width = Math.max(0, ...rules.map(({ location }) => location.length));
  return [
    `${id}  ${severity}  Odoo ${odoo.join('–')}`,
    `  ${title}`,
    `  why: ${why}`,
    `  source: ${source}`,
    ...rules.map(({ location, says }) => `    ${location.padEnd(width)}  ${says}`),
    ...beside.map((place) => `    ${place}`),
    '',
  ].join('\n');
}
