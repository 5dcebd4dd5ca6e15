import type { Check } from '../check.ts';
import type { SanitizeContext } from './context.ts';
import { checkOf } from './rule.ts';
import { credentials } from './rules/credentials.ts';
import { documents } from './rules/documents.ts';
import { crons, webhooks } from './rules/jobs.ts';
import { incomingMail, mailServers, waitingMail } from './rules/mail.ts';
import { messages } from './rules/messages.ts';
import { partners } from './rules/partners.ts';
import { payment } from './rules/payments.ts';
import { recognized } from './rules/recognized.ts';
import { users } from './rules/users.ts';
import { baseUrl, neutralized } from './rules/web.ts';

/** What a copy of production has to show before anyone works on it. Knows nothing of how it was sanitized. */
export const sanitizeChecks: readonly Check<SanitizeContext>[] = [
  recognized,
  ...[
    mailServers,
    incomingMail,
    waitingMail,
    crons,
    webhooks,
    baseUrl,
    neutralized,
    payment,
    credentials,
    users,
    partners,
    documents,
    messages,
  ].map(checkOf),
];
