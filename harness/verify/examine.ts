import { filestoreComplete } from '../backup/filestore-complete.ts';
import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { resultOf, runChecks } from '../run.ts';
import { type SanitizeChecksOptions, sanitizeChecks, sanitizeChecksWith } from '../sanitize-checks/checks.ts';
import { sanitizeContext } from '../sanitize-checks/context.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import type { RunContext } from '../stack/run-context.ts';
import { compareDrift } from './drift.ts';
import { modulesInStack } from './module-code.ts';
import { ASKED_AGAIN, driftCheck } from './plan.ts';
import type { Copy } from './prepare-copy.ts';
import { chosen } from './selection.ts';

/** What SQL and the filestore are asked about. */
export interface Examined {
  address: DatabaseAddress;
  filestore: string;
  baseUrl: URL;
  stagingPassword: string;
  held: SanitizeChecksOptions;
}

/** What SQL and the filestore tell, of one moment; `onSnapshot` is called once that moment is held. */
export async function checkStored(
  { progress }: RunContext,
  { address, filestore, held, ...options }: Examined,
  required: readonly string[],
  onSnapshot: () => void,
): Promise<CheckResult[]> {
  const wanted = required.includes(driftCheck.id) ? [...required, ...ASKED_AGAIN] : required;
  return withReadOnlySession(address, async (session) => {
    onSnapshot();
    const found = await sanitizeContext(session, options);
    return progress.step('check what is stored', async (detail) => [
      ...(await runChecks(chosen(sanitizeChecksWith(held), wanted), found, { onResult: ({ id }) => detail(id) })),
      ...(await runChecks(chosen([filestoreComplete], required), { session, filestore })),
    ]);
  });
}

/** The same questions after the boot and the flows: what changed since? */
export async function askAgain(
  { address, ...options }: Examined,
  before: readonly CheckResult[],
): Promise<CheckResult> {
  const started = performance.now();
  const after = await withReadOnlySession(address, async (session) =>
    runChecks(chosen(sanitizeChecks, ASKED_AGAIN), await sanitizeContext(session, options)),
  );
  const asked = before.filter(({ id }) => ASKED_AGAIN.includes(id));
  return resultOf(driftCheck, compareDrift(asked, after), performance.now() - started);
}

/** Before Odoo starts: it needs the rows for itself for a moment. */
export async function tryNeutralization(
  context: RunContext,
  copy: Copy,
  addons: readonly string[],
  required: readonly string[],
): Promise<CheckResult[]> {
  if (!required.includes(fixedPoint.id)) return [];
  return context.progress.step("try the modules' own neutralization, and roll it back", async () =>
    runChecks([fixedPoint], {
      address: copy.postgres.address(STACK_DATABASE),
      modules: await modulesInStack(context, copy.image, addons),
    }),
  );
}
