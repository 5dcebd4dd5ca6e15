import { type Check, type CheckOutcome, type Finding, inconclusive, notApplicable } from '../../check.ts';
import type { DatabaseAddress } from '../../database/connection.ts';
import { type ReadOnlySession, withReadOnlySession } from '../../database/read-only.ts';
import { type RolledBackSession, withRolledBackSession } from '../../database/rolled-back.ts';
import type { ModuleCode } from '../../stack/module-code.ts';
import { recognizeOdoo } from '../context.ts';
import { type Examination, outcomeOf } from '../rule.ts';
import { whyUnreadable } from '../unreadable.ts';
import { compareRows, type Difference } from './compare-rows.ts';
import { installedModules } from './installed-modules.ts';
import { withoutSinkExchange } from './mail-sink-exchange.ts';
import { readStatements } from './statements.ts';
import { placeOf, tryOut } from './try-out.ts';
import { type WrittenTable, writtenTables } from './written-tables.ts';

export interface FixedPointContext {
  address: DatabaseAddress;
  /** The code that Odoo runs on this database, or why it is not known. */
  modules: ModuleCode | { unknown: string };
  /** Hosts of the user's own mail sinks. */
  mailSinks?: readonly string[];
}

/**
 * Runs what the installed modules themselves call neutralization in a transaction that is always rolled back, and asks
 * which rows it would still change: on a neutralized copy none. Knows nothing of what any module's statements mean, so it
 * covers modules that nobody has listed. Holds row locks while it runs.
 */
export const fixedPoint: Check<FixedPointContext> = {
  id: 'sanitize.fixed-point',
  title: "The modules' own neutralization has nothing left to change",
  severity: 'critical',
  needs: ['sql', 'image'],
  run: ({ address, modules, mailSinks = [] }) =>
    withRolledBackSession(address, (after) =>
      withReadOnlySession(address, (before) => examine(before, after, modules, mailSinks), {
        snapshot: after.snapshot,
      }),
    ),
};

// Odoo 16 brought `odoo neutralize`.
const FIRST_MAJOR = 16;

async function examine(
  before: ReadOnlySession,
  after: RolledBackSession,
  code: FixedPointContext['modules'],
  mailSinks: readonly string[],
): Promise<CheckOutcome> {
  const odoo = await recognizeOdoo(before);
  if (odoo.kind === 'unknown') return inconclusive(odoo.reason);
  if (odoo.major < FIRST_MAJOR) {
    return notApplicable(`modules of Odoo ${odoo.version} bring no neutralization: it came with Odoo ${FIRST_MAJOR}`);
  }
  if ('unknown' in code) return inconclusive(code.unknown);
  const series = odoo.version.replace(/^saas[~-]/, '');
  if (code.series !== undefined && code.series !== series) {
    return inconclusive(
      `the code is of Odoo ${code.series}, the database of ${series}: what it neutralizes says nothing`,
    );
  }
  if (!code.neutralizations.has('base')) {
    return inconclusive('base/data/neutralize.sql, which every Odoo from 16 on has, is not among the addons');
  }

  const installed = await installedModules(before);
  const total: Examination = { assertions: 0, findings: [], unclear: [] };
  const absent = installed.filter(({ name, imported }) => !imported && !code.names.has(name));
  total.findings.push(...absent.map(({ name }) => withoutCode(name)));

  const files = installed.flatMap(({ name }) => {
    const sql = code.neutralizations.get(name);
    return sql === undefined ? [] : [{ path: `${name}/data/neutralize.sql`, sql }];
  });
  const trials = await tryOutAll(after, files);
  total.assertions = trials.ran;
  total.findings.push(...trials.findings);
  total.unclear.push(...trials.unclear);

  const written = await writtenTables(after);
  if (written === undefined)
    total.unclear.push('the server does not count what a transaction writes (track_counts is off)');
  for (const table of written ?? []) {
    if (table.key.length === 0) {
      total.unclear.push(`${table.name} has no primary key: its rows can't be told apart`);
      continue;
    }
    try {
      const difference = await compareRows(table, before, after);
      const left =
        table.name === 'ir_mail_server' ? await withoutSinkExchange(difference, before, after, mailSinks) : difference;
      total.findings.push(...findingsOf(table, left, files));
    } catch (error) {
      total.unclear.push(whyUnreadable(table.name, error));
    }
  }
  return outcomeOf(total);
}

async function tryOutAll(session: RolledBackSession, files: readonly File[]) {
  const findings: Finding[] = [];
  const places = new Map<string, string[]>();
  let ran = 0;
  trying: for (const { path, sql } of files) {
    for (const statement of readStatements(sql)) {
      const trial = await tryOut(session, path, statement);
      if (trial.kind === 'ran') ran += 1;
      if (trial.kind === 'ran' && trial.finding !== undefined) findings.push(trial.finding);
      if (trial.kind !== 'unclear') continue;
      places.set(trial.why, [...(places.get(trial.why) ?? []), placeOf(path, statement)]);
      if (trial.last) break trying;
    }
  }
  const unclear = [...places].map(([why, [first = '', ...others]]) =>
    others.length === 0 ? `${first}: ${why}` : `${first} and ${others.length} more: ${why}`,
  );
  return { findings, unclear, ran };
}

function withoutCode(module: string): Finding {
  return {
    message: `the installed module ${module} has no code here: neutralization skips it without a word`,
    location: `ir_module_module[${module}]`,
    fix: 'Name the folder with its code in --addons, build an image that holds it, or uninstall the module.',
  };
}

type File = { path: string; sql: string };

const FIX =
  'Run odoo-gate sanitize (or `odoo neutralize`) on this copy with exactly this code, before Odoo starts on it.';

function findingsOf({ name, columns }: WrittenTable, difference: Difference, files: readonly File[]): Finding[] {
  const whose = (...words: string[]) => authorsOf(files, words).join(', ') || 'a trigger or cascade of neutralization';
  const findings = columns.flatMap(({ name: column }) => {
    const count = difference.changed.get(column);
    // When a row was written says nothing about what it holds (l10n_pl_edi sets it to now() each time).
    if (count === undefined || column === 'write_date') return [];
    return [
      { message: `${whose(name, column)} would still change rows`, location: `${name}.${column}`, count, fix: FIX },
    ];
  });
  const { added, deleted } = difference;
  if (added > 0)
    findings.push({ message: `${whose(name, 'insert')} would still add rows`, location: name, count: added, fix: FIX });
  if (deleted !== 0)
    findings.push({ message: `${whose(name)} would still delete rows`, location: name, count: deleted, fix: FIX });
  return findings;
}

/** Files that name all of these; table and column alone can't say which of several it was. */
function authorsOf(files: readonly File[], [table = '', column]: readonly string[]): string[] {
  const naming = (word: string, among: readonly File[]) =>
    among.filter(({ sql }) => new RegExp(`\\b${word.replaceAll(/\W/g, '.')}\\b`, 'i').test(sql));
  const byTable = naming(table, files);
  const both = column === undefined ? [] : naming(column, byTable);
  return (both.length > 0 ? both : byTable).map(({ path }) => path);
}
