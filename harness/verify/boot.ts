import { type CheckOutcome, type CheckResult, failedUnlessEmpty, inconclusive, passed } from '../check.ts';
import { resultOf } from '../run.ts';
import { type RunningOdoo, startOdoo } from '../stack/odoo.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import { OdooDidNotStart } from '../stack/readiness.ts';
import type { RunContext } from '../stack/run-context.ts';
import { bootCheck } from './plan.ts';
import type { Copy } from './prepare-copy.ts';

/** Starts Odoo on the copy, with the filestore as an update left it in `dataVolume` if there was one. That it does not start is a result; that this machine can't start anything is thrown. */
export async function boot(
  context: RunContext,
  copy: Copy,
  addons: readonly string[],
  required: readonly string[],
  dataVolume?: string,
): Promise<{ odoo?: RunningOdoo; results: CheckResult[] }> {
  if (!required.includes(bootCheck.id)) return { results: [] };
  const { engine, run, network, signal } = context;
  const started = performance.now();
  try {
    const odoo = await context.progress.step('start Odoo', () =>
      startOdoo(engine, {
        run,
        network,
        image: copy.image,
        database: copy.postgres.address(STACK_DATABASE),
        addons,
        ...(dataVolume === undefined ? { filestore: copy.filestore } : { dataVolume }),
        signal,
      }),
    );
    return { odoo, results: [resultOf(bootCheck, passed(2), performance.now() - started)] };
  } catch (error) {
    if (!(error instanceof OdooDidNotStart)) throw error;
    return { results: [resultOf(bootCheck, bootOutcome(error), performance.now() - started)] };
  }
}

function bootOutcome({ code, message, next }: OdooDidNotStart): CheckOutcome {
  const [line = '', ...log] = message.split('\n');
  if (code === 'odoo-not-ready') return inconclusive(line);
  // The error itself stands at the end of a traceback.
  const location = log
    .map((each) => each.trim())
    .slice(-3)
    .join(' | ');
  return failedUnlessEmpty([{ message: line, location, fix: next }], 1);
}
