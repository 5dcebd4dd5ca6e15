import { type Command, Option } from 'commander';
import { z } from 'zod';
import { loadSettings } from '../harness/config/load.ts';
import { UsageError } from '../harness/errors.ts';

/**
 * One option: `--base-url URL` is also the variable ODOO_GATE_BASE_URL and the key `baseUrl` of odoo-gate.yaml.
 * The flag wins over the variable, the variable over the file.
 */
export function option(flags: string, description: string): Option {
  const declared = new Option(flags, description);
  return declared.env(`ODOO_GATE_${declared.name().toUpperCase().replaceAll('-', '_')}`);
}

/** Options that every command has. */
export function commonOptions(command: Command): Command {
  for (const each of [
    option('--format <format>', 'what to print on stdout').choices(['text', 'json']).default('text'),
    option('--config <file>', 'configuration file (default: odoo-gate.yaml, if it is there)'),
    option('--stack <name>', 'stack of the configuration file, laid over its top level'),
  ])
    command.addOption(each.helpGroup('Options of every command:'));
  return command.helpOption('-h, --help', 'show this');
}

/** The folder of the report, for commands that make one. */
export const outOption = () =>
  option('--out <folder>', 'write report.html, report.json, junit.xml, ctrf.json and artifacts there');

export const common = { format: z.enum(['text', 'json']) };
export const url = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text), 'is not an http or https URL')
  .transform((text) => new URL(text));
export const text = z.string().min(1, 'is empty');
export const list = z.union([z.array(text), text.transform((each) => each.split(','))]);
// An empty string would read as 0: a gate at 0 % passes anything.
const numeral = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
export const number = z.union([z.number(), numeral], 'is not a number, 0 or more');
export const percent = number.refine((value) => value <= 100, 'is more than 100');

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 };
/** `90s`, `5m`, `1h`, in ms. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smh]$/, 'is not a time such as 90s, 5m or 1h')
  .transform((time) => Number.parseInt(time, 10) * UNIT_MS[time.slice(-1) as keyof typeof UNIT_MS]);

/** Lays flags over variables over the configuration file, and parses the whole. Throws `UsageError('options')`. */
export function parseOptions<Shape extends z.ZodRawShape>(
  command: Command,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  readSwitchVariables(command);
  const given = command.optsWithGlobals();
  const settings = loadSettings(given.config as string | undefined, given.stack as string | undefined);
  for (const [name, value] of Object.entries(settings)) {
    const source = command.getOptionValueSource(name);
    if (source === undefined || source === 'default') command.setOptionValueWithSource(name, value, 'config');
  }
  const schema = z.object(shape);
  const parsed = schema.safeParse(command.optsWithGlobals());
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const declared = command.options.find((each) => each.attributeName() === name);
    const flag = declared?.long ?? `--${name}`;
    if (command.getOptionValue(name) === undefined)
      return `${flag} is missing (or ${declared?.envVar}, or "${name}" in odoo-gate.yaml)`;
    return `${flag} ${issue.message}`;
  });
  throw new UsageError('options', `${[...new Set(problems)].join('; ')}.`, {
    next: `\`odoo-gate ${command.name()} --help\` shows every option with an example.`,
  });
}

/** To commander the mere presence of its variable turns a switch on: ODOO_GATE_ANONYMIZE=false would anonymize. */
function readSwitchVariables(command: Command): void {
  for (const declared of command.options.filter((each) => each.isBoolean())) {
    const { envVar } = declared;
    if (envVar === undefined || command.getOptionValueSource(declared.attributeName()) !== 'env') continue;
    const value = process.env[envVar] ?? '';
    if (/^(1|true)$/.test(value)) continue;
    if (!/^(0|false|)$/.test(value)) {
      throw new UsageError('options', `${envVar} is neither true nor false.`, {
        next: `Set ${envVar} to true or false, or unset it.`,
      });
    }
    command.setOptionValueWithSource(declared.attributeName(), undefined, 'default');
  }
}

/** The value of the environment variable that an option names: secrets never stand on a command line. */
export function secretFrom(variable: string | undefined, flag: string): string | undefined {
  if (variable === undefined) return undefined;
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw new UsageError('secret-missing', `${flag} names the environment variable ${variable}, which is not set.`, {
      next: `Set ${variable}; the secret itself never goes on the command line.`,
    });
  }
  return value;
}
