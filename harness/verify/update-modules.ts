import { type CheckOutcome, type CheckResult, type Finding, failedUnlessEmpty, inconclusive } from '../check.ts';
import type { DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import { resultOf } from '../run.ts';
import { modulesLeftOut } from '../stack/modules-left-out.ts';
import { runOdoo } from '../stack/odoo.ts';
import type { OdooLog } from '../stack/odoo-log.ts';
import { STACK_DATABASE } from '../stack/postgres.ts';
import type { RunContext } from '../stack/run-context.ts';
import type { Copy } from './prepare-copy.ts';
import { errorsOf } from './stack-checks.ts';

/** Made with `--update` alone. */
export const updateCheck = {
  id: 'stack.update',
  title: 'The modules are updated without an error',
  severity: 'critical',
} as const;

/** Odoo's `-u`: module names, or `all`. */
export interface Update {
  modules: readonly string[];
  addons: readonly string[];
}

/**
 * Runs Odoo's `-u MODULES --stop-after-init` on the copy and judges how it ended and what it logged. The volume holds the
 * filestore as the update left it; it goes with the run.
 */
export async function updateModules(
  { engine, run, network, progress, signal }: RunContext,
  { image, postgres, filestore }: Pick<Copy, 'image' | 'filestore'> & { postgres: Pick<Copy['postgres'], 'address'> },
  { modules, addons }: Update,
): Promise<{ result: CheckResult; dataVolume?: string }> {
  const started = performance.now();
  const database = postgres.address(STACK_DATABASE);
  const [absent, ...others] = await notInstalled(database, modules);
  if (absent !== undefined) {
    const outcome = failedUnlessEmpty([absent, ...others], modules.length);
    return { result: resultOf(updateCheck, outcome, performance.now() - started) };
  }
  const dataVolume = `odoo-gate-${run.id}-data`;
  await engine.docker.createVolume({ Name: dataVolume, Labels: run.labels });
  const { exitCode, log } = await progress.step(`update ${modules.join(', ')}`, () =>
    runOdoo(engine, {
      run,
      network,
      image,
      database,
      filestore,
      dataVolume,
      addons,
      args: ['--update', modules.join(','), '--stop-after-init'],
      signal,
    }),
  );
  return { result: resultOf(updateCheck, outcomeOf(exitCode, log), performance.now() - started), dataVolume };
}

/** Odoo passes over names that are not installed, without a word. */
async function notInstalled(address: DatabaseAddress, modules: readonly string[]): Promise<Finding[]> {
  const installed = await withReadOnlySession(address, ({ query }) =>
    query<{ name: string }>("SELECT name FROM ir_module_module WHERE state IN ('installed', 'to upgrade')"),
  );
  const names = new Set(['all', ...installed.map(({ name }) => name)]);
  return modules
    .filter((module) => !names.has(module))
    .map((module) => ({
      message: `\`${module}\` is not installed here: nothing was updated`,
      location: 'ir_module_module',
      fix: 'Correct --update.',
    }));
}

function outcomeOf(exitCode: number, log: OdooLog): CheckOutcome {
  const ended: Finding[] =
    exitCode === 0
      ? []
      : [
          {
            message: `Odoo ended with ${exitCode}: the update was not finished`,
            location: log.lastLines(3).replaceAll(/\s*\n\s*/g, ' | '),
            fix: 'Its log names the module and the statement; mend them in the image, or in --addons.',
          },
        ];
  const findings = [...ended, ...modulesLeftOut(log), ...errorsOf(log)];
  // Odoo's last word on modules (modules/loading.py, since 8.0).
  if (findings.length === 0 && !log.hasRecently('Modules loaded.')) {
    return inconclusive("Odoo's log does not say that the modules were loaded");
  }
  return failedUnlessEmpty(findings, log.records);
}
