import type { Check, CheckResult } from '../../check.ts';
import { OdooLoginRefused } from '../../odoo-rpc/access-errors.ts';
import { connectOdoo } from '../../odoo-rpc/client.ts';
import type { Progress } from '../../progress.ts';
import { runChecks } from '../../run.ts';
import { closeSession, openSession } from '../session.ts';
import { attachmentsCheck } from './attachments.ts';
import { baseUrlCheck } from './base-url.ts';
import type { LiveContext } from './context.ts';
import { healthCheck } from './health.ts';
import { liveChannelCheck } from './live-channel.ts';
import { modulesCheck } from './modules.ts';
import { pagesCheck } from './pages.ts';
import { reportsCheck } from './reports.ts';
import { scheduledActionsCheck } from './scheduled-actions.ts';

/** What a running Odoo is held to after a restore or a deployment, without a browser. Ids `live.*`. */
export const liveChecks: readonly Check<LiveContext>[] = [
  healthCheck,
  pagesCheck,
  baseUrlCheck,
  modulesCheck,
  attachmentsCheck,
  scheduledActionsCheck,
  liveChannelCheck,
  reportsCheck,
];

export interface ValidationTarget {
  url: URL;
  /** The same as `url` unless told. */
  baseUrl?: URL;
  database: string;
  /** An administrator: others may not read parameters, modules and scheduled actions. */
  login: string;
  password: string;
}

interface ValidationOptions {
  progress: Progress;
  signal: AbortSignal;
  /** All unless told. */
  checks?: readonly Check<LiveContext>[];
}

/** Validates an Odoo from outside; changes nothing. Throws `UsageError` for a refused login, `InfrastructureError` when nobody answers. */
export async function validate(
  { baseUrl, ...target }: ValidationTarget,
  { progress, signal, checks = liveChecks }: ValidationOptions,
): Promise<CheckResult[]> {
  const { url, database, login } = target;
  const session = await openSession(target);
  if (session.state === 'refused') throw new OdooLoginRefused(login, database);
  try {
    const odoo = connectOdoo({ ...target, signal });
    const context: LiveContext = { url, database, session, odoo, baseUrl: baseUrl ?? url };
    return await progress.step(`validate ${url.origin}`, (detail) =>
      runChecks(checks, context, { onResult: ({ id, status }) => detail(`${id} ${status}`) }),
    );
  } finally {
    await closeSession(target, session);
  }
}
