import type { Check } from '../check.ts';
import type { UserRule } from '../config/user-rules.ts';
import type { SanitizeContext } from './context.ts';
import { shapeCensus } from './personal-data/shape-census.ts';
import { checkOf, type RuleSet } from './rule.ts';
import { calendars } from './rules/calendars.ts';
import { credentials } from './rules/credentials.ts';
import { customRule } from './rules/custom.ts';
import { delivery } from './rules/delivery.ts';
import { derivedCopies } from './rules/derived-copies.ts';
import { documents } from './rules/documents.ts';
import { eInvoicing } from './rules/e-invoicing.ts';
import { applicants, employees } from './rules/employees.ts';
import { files } from './rules/files.ts';
import { integrations } from './rules/integrations.ts';
import { crons, webhooks } from './rules/jobs.ts';
import { incomingMail, mailServers, waitingMail } from './rules/mail.ts';
import { marketing } from './rules/marketing.ts';
import { messages } from './rules/messages.ts';
import { partners } from './rules/partners.ts';
import { payment } from './rules/payments.ts';
import { events, personalData } from './rules/personal-data.ts';
import { pointOfSale } from './rules/point-of-sale.ts';
import { postgres } from './rules/postgres.ts';
import { recognized } from './rules/recognized.ts';
import { sharedLinks } from './rules/shared-links.ts';
import { users } from './rules/users.ts';
import { baseUrl, neutralized } from './rules/web.ts';
import { website } from './rules/website.ts';
import { secretCensus } from './secrets/census.ts';

const RULE_SETS: readonly RuleSet[] = [
  mailServers,
  incomingMail,
  waitingMail,
  crons,
  webhooks,
  baseUrl,
  neutralized,
  payment,
  pointOfSale,
  delivery,
  eInvoicing,
  integrations,
  marketing,
  calendars,
  website,
  sharedLinks,
  postgres,
  credentials,
  users,
  partners,
  documents,
  messages,
  employees,
  applicants,
  events,
  personalData,
  derivedCopies,
  files,
];

export interface SanitizeChecksOptions {
  /** What nobody can classify fails too. */
  strict?: boolean;
  /** The user's own, each a check of its own. */
  rules?: readonly UserRule[];
}

/** Every set of rules, the user's own last. */
export function ruleSetsWith(rules: readonly UserRule[]): readonly RuleSet[] {
  return [...RULE_SETS, ...rules.map(customRule)];
}

/** What a copy of production has to show before anyone works on it. Knows nothing of how it was sanitized. */
export function sanitizeChecksWith({
  strict = false,
  rules = [],
}: SanitizeChecksOptions): readonly Check<SanitizeContext>[] {
  const own = rules.map(customRule);
  const sets = [...RULE_SETS, ...own];
  return [recognized, ...RULE_SETS.map(checkOf), shapeCensus(sets), secretCensus(sets, strict), ...own.map(checkOf)];
}

/** Those that every run makes. */
export const sanitizeChecks = sanitizeChecksWith({});
