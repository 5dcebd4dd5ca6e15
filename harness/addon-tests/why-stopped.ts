import type { Session } from './run-session.ts';

/** Why an addon's tests could not all run. */
export interface Broken {
  /** `failed`: the addon's own fault, or a dependency's. `unknown`: the surroundings', or not to be told. */
  kind: 'failed' | 'unknown';
  reason: string;
}

/** Said before anything is loaded (base/models/ir_module.py). */
const UNMET = /Unable to install module "(\w+)" because an external dependency is not met/;

/** The database server is gone, or there is no room. */
const OF_SURROUNDINGS =
  /^(?:[\w.]+\.)?(?:OperationalError|InterfaceError|AdminShutdown|DiskFull|MemoryError)\b|No space left/;

/** undefined: Odoo got to the end of all tests, and its own sums agree with what was read. */
export function whyStopped(
  { exitCode, log, lastLines }: Pick<Session, 'exitCode' | 'log' | 'lastLines'>,
  install: readonly { name: string }[],
): { culprit?: string; broken: Broken } | undefined {
  const { totals, loading, fatal, failures, started } = log;
  if (totals !== undefined && (exitCode === 0 || exitCode === 1)) {
    if (totals.failures === failures && totals.tests === started && (exitCode === 0) === (failures === 0))
      return undefined;
    const told = `${totals.failures} failures of ${totals.tests} tests, exit code ${exitCode}`;
    const reason = `Odoo's log does not add up: it says ${told}; read were ${failures} of ${started}`;
    return { broken: { kind: 'unknown', reason } };
  }
  // Odoo's own way to end on an error is 255; 137 is the system's, for want of memory.
  if (fatal === undefined && exitCode !== 255) {
    const reason = `Odoo ended with ${exitCode} before it had run all tests: ${lastLines}`;
    return { broken: { kind: 'unknown', reason } };
  }
  const cause = fatal === undefined ? lastLines : causeOf(fatal.message);
  if (OF_SURROUNDINGS.test(cause)) {
    return { broken: { kind: 'unknown', reason: `Odoo lost what it stands on: ${cause}` } };
  }
  const reason = `it can't be installed: ${cause}`;
  const suspect = loading ?? UNMET.exec(fatal?.message ?? '')?.[1];
  const culprit = install.find(({ name }) => name === suspect)?.name;
  if (culprit !== undefined) return { culprit, broken: { kind: 'failed', reason } };
  const where = loading === undefined ? 'after the modules were loaded' : `while ${loading} was installed`;
  return { broken: { kind: 'failed', reason: `Odoo ended with ${exitCode} ${where}: ${reason}` } };
}

/** The exception that ends a traceback, with what it says in further lines. */
function causeOf(message: string): string {
  const lines = message.trimEnd().split('\n');
  const last = lines.findLastIndex((line) => /^[A-Za-z_][\w.]*: /.test(line));
  return lines
    .slice(Math.max(last, 0))
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' | ')
    .slice(0, 500);
}
