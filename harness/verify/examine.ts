import { filestoreComplete } from '../backup/filestore-complete.ts';
import type { CheckResult } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { type ReadOnlySession, withReadOnlySession } from '../database/read-only.ts';
import { runChecks } from '../run.ts';
import { askOfOneMoment } from '../sanitize-checks/ask.ts';
import { type SanitizeChecksOptions, sanitizeChecksWith } from '../sanitize-checks/checks.ts';
import { sanitizeContext } from '../sanitize-checks/context.ts';
import { type FixedPointContext, fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import type { OdooImage } from '../stack/image.ts';
import type { RunContext } from '../stack/run-context.ts';
import { modulesInStack } from './module-code.ts';
import { ASKED_AGAIN, driftCheck } from './plan.ts';
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
  onSnapshot: (session: ReadOnlySession) => Promise<void>,
): Promise<CheckResult[]> {
  const wanted = required.includes(driftCheck.id) ? [...required, ...ASKED_AGAIN] : required;
  return withReadOnlySession(address, async (session) => {
    await onSnapshot(session);
    const found = await sanitizeContext(session, options);
    return progress.step('check what is stored', async (detail) => [
      ...(await askOfOneMoment(chosen(sanitizeChecksWith(held), wanted), found, address, {
        onResult: ({ id }) => detail(id),
      })),
      ...(await runChecks(chosen([filestoreComplete], required), { session, filestore })),
    ]);
  });
}

/** The code whose neutralization is tried; undefined where nobody asks. */
export async function codeToTry(
  context: RunContext,
  image: OdooImage,
  { addons = [], required }: { addons: readonly string[] | undefined; required: readonly string[] },
): Promise<FixedPointContext['modules'] | undefined> {
  return required.includes(fixedPoint.id) ? modulesInStack(context, image, addons) : undefined;
}

/** Before Odoo starts: it needs the rows for itself for a moment. */
export async function tryNeutralization(
  { progress }: RunContext,
  { address }: Examined,
  modules: FixedPointContext['modules'] | undefined,
): Promise<CheckResult[]> {
  if (modules === undefined) return [];
  return progress.step("try the modules' own neutralization, and roll it back", () =>
    runChecks([fixedPoint], { address, modules }),
  );
}
