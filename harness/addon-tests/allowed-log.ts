import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import type { LogRecord } from '../stack/odoo-log.ts';

/** A record above INFO that is no fault, and why. */
export interface AllowedRecord {
  /** The whole name of its logger. */
  logger: string;
  /** Matches the whole first line of its message: `0 failed` does not allow `10 failed`. */
  message: string;
  reason: string;
}

const BROWSER = "name='(?:chrom|google-chrome)\\w*'";

/** What a healthy Odoo logs in a container that is thrown away. The names of loggers are expressions here. */
const KNOWN: readonly AllowedRecord[] = [
  {
    logger: 'odoo.tools.config',
    message: "option (?:addons_path|--addons-path), invalid addons directory '/mnt/extra-addons', skipped",
    reason: 'Odoo 19: the folder for more addons that the official image names is empty.',
  },
  {
    logger: 'odoo.tools.config',
    message: 'missing --http-interface/http_interface, using .+ by default, will change to .+',
    reason: 'Odoo 19: nobody but its own tests asks this server.',
  },
  {
    logger: 'odoo.tests.common',
    message: `A child process was found, terminating it: psutil\\.Process\\(pid=\\d+, ${BROWSER}, status=.*`,
    reason: 'Odoo 19: what the browser leaves is reaped by no init in a container, or slow to end.',
  },
  {
    logger: 'odoo.tests.common',
    message: 'Error during browser shutdown',
    reason: 'Odoo 19: the browser was gone first, after the test.',
  },
  {
    logger: 'odoo.addons.\\w+.tests.\\S+',
    message: 'Killing chrome headless with pid \\d+: still alive',
    reason: 'Odoo 19: a busy machine ends the browser slowly, after the test.',
  },
];

const text = z.string().trim().min(1, 'is empty');
const pattern = text.refine(isPattern, 'is not a regular expression');
const schema = z.strictObject({
  allow: z.array(z.strictObject({ logger: text, message: pattern, reason: text.min(10, 'says too little') })).min(1),
});

/** Whether a record is on a list, or on our own. */
export function isAllowed({ logger, message }: LogRecord, list: readonly AllowedRecord[]): boolean {
  const [first = ''] = message.split('\n');
  const says = (allowed: AllowedRecord) => matches(allowed.message, first.trim());
  return (
    KNOWN.some((known) => matches(known.logger, logger) && says(known)) ||
    list.some((allowed) => allowed.logger === logger && says(allowed))
  );
}

function matches(expression: string, whole: string): boolean {
  return new RegExp(`^(?:${expression})$`).test(whole);
}

/** Reads a list: YAML, a list below the key `allow`. Throws `UsageError('log-allowed')`. */
export function loadAllowedRecords(file: string): readonly AllowedRecord[] {
  try {
    const document = parseDocument(readFileSync(file, 'utf8'), { prettyErrors: true });
    const [broken] = document.errors;
    if (broken !== undefined) throw new Error(broken.message.split('\n')[0]);
    const parsed = schema.safeParse(document.toJS());
    if (parsed.success) return parsed.data.allow;
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'} ${message}`).join('; '),
    );
  } catch (cause) {
    throw new UsageError(
      'log-allowed',
      `The list of allowed log records "${file}" can't be used: ${messageOf(cause)}`,
      {
        next: 'Give each record below `allow` its logger, its message (a regular expression) and the reason.',
        cause,
      },
    );
  }
}

function isPattern(expression: string): boolean {
  try {
    return new RegExp(`^(?:${expression})$`) instanceof RegExp;
  } catch {
    return false;
  }
}
