import { setImmediate } from 'node:timers/promises';
import { type CheckOutcome, type CheckResult, inconclusive, notApplicable } from '../check.ts';
import { messageOf } from '../errors.ts';
import { maskValues } from '../masking.ts';
import { resultOf } from '../run.ts';
import { sideBySide } from '../stack/side-by-side.ts';
import { type AddonRule, checkArchitecture } from './check-architecture.ts';
import { checkData } from './check-data.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkManifest } from './check-manifest.ts';
import { checkPython } from './check-python.ts';
import { type Addon, findAddonsBelow, findAddonsIn } from './find-addons.ts';
import { type Judgement, joinJudgements, outcomeOf } from './judgement.ts';
import { type Linter, runLinters } from './linters.ts';
import { textOf } from './manifest.ts';
import { parseSeries, type Series, seriesOf } from './series.ts';

export interface AddonChecks {
  /** A repository, searched to whatever depth; or folders that addons lie in, as in Odoo's `addons_path`. */
  where: { repository: string } | { addons: readonly string[] };
  /** `19.0`, or `auto`: what the manifests say. */
  series: string;
  /** Odoo's own modules, and the series of that Odoo; without them a dependency on one can't be told. */
  odoo?: { names: ReadonlySet<string>; series?: string } | undefined;
  rules: readonly AddonRule[];
  /** Keys of manifests that tools of the user's own read. */
  allowedKeys: readonly string[];
  /** Linters that have to run; `auto` takes those that are there, and requires none. */
  linters: 'auto' | readonly Linter[];
  signal: AbortSignal;
}

/** What was found, and which of it a verdict needs. */
interface CheckedAddons {
  results: CheckResult[];
  required: string[];
}

/**
 * Looks at addons without Odoo, Docker or a database, and runs none of their code: manifests, dependencies, architecture,
 * XML, Python, linters.
 *
 * @throws UsageError where there is no addon, a folder can't be read, or the series is not known
 */
export async function checkAddons(input: AddonChecks): Promise<CheckedAddons> {
  const { where, odoo, rules, allowedKeys, linters, signal } = input;
  const addons = 'repository' in where ? findAddonsBelow(where.repository) : findAddonsIn(where.addons);
  const series = chooseSeries(input.series, addons, odoo?.series);
  const held = addons.filter(({ manifest }) => manifest?.installable !== false);
  const left = addons.length - held.length;
  const what = `${count(held.length, 'addon')} for Odoo ${series.name}${left === 0 ? '' : `, ${left} not installable`}`;

  // They are programs of their own: files are read while they work.
  const [[compiled, lint], files] = await sideBySide(signal, (both) => [
    Promise.all([
      timed(() => checkPython(held, series, both).catch(couldNotTell)),
      timed(() => runLinters(linters, held, both).catch((error) => ({ ran: [], outcome: couldNotTell(error) }))),
    ]),
    timed(() => readAll(addons, series, allowedKeys, both)),
  ]);
  const dependencies = await timed(async () => outcomeOf(checkDependencies(addons, odoo?.names)));
  const architecture = await timed(async () => checkArchitecture(addons, rules, odoo?.names));

  const result = (id: string, title: string, { outcome, ms }: Timed<CheckOutcome>): CheckResult =>
    resultOf({ id: `addons.${id}`, title, severity: 'high' }, outcome, ms);
  const { ran } = lint.outcome;
  const results = [
    result('manifest', `Manifests of ${what}`, { ...files, outcome: outcomeOf(files.outcome.manifest) }),
    result('dependencies', 'What addons depend on is there, and no two depend on each other', dependencies),
    result('architecture', `Who may depend on whom: ${count(rules.length, 'rule')}`, architecture),
    result('xml', 'XML is well-formed, data has a root that Odoo takes', {
      ms: 0,
      outcome: xmlOutcome(files.outcome.xml),
    }),
    result('python', 'Python compiles', compiled),
    result('lint', `Linters: ${ran.join(', ') || 'none ran'}`, { ...lint, outcome: lint.outcome.outcome }),
  ];
  // Linters that nobody asked for by name, and that are not there, keep nobody from passing.
  const isAsked = linters !== 'auto' || ran.length > 0;
  return {
    results,
    required: results.map(({ id }) => id).filter((id) => id !== 'addons.lint' || isAsked),
  };
}

/** A program that breaks is no error of the run; what it says is foreign. */
function couldNotTell(error: unknown): CheckOutcome {
  return inconclusive(maskValues(messageOf(error)));
}

function chooseSeries(asked: string, addons: readonly Addon[], ofOdoo: string | undefined): Series {
  if (asked !== 'auto') return parseSeries(asked);
  if (ofOdoo !== undefined) return parseSeries(ofOdoo);
  return seriesOf(
    addons.flatMap(({ manifest }) => (manifest?.installable === true ? [textOf(manifest, 'version')?.text ?? ''] : [])),
  );
}

async function readAll(
  addons: readonly Addon[],
  series: Series,
  allowedKeys: readonly string[],
  signal: AbortSignal,
): Promise<{ manifest: Judgement; xml: Judgement }> {
  const manifests: Judgement[] = [];
  const xml: Judgement[] = [];
  for (const addon of addons) {
    const data = checkData(addon);
    manifests.push(checkManifest(addon, series, allowedKeys), data.order);
    xml.push(data.xml);
    // Lets the other programs read on, and Ctrl-C be heard.
    await setImmediate(undefined, { signal });
  }
  return { manifest: joinJudgements(manifests), xml: joinJudgements(xml) };
}

function xmlOutcome(xml: Judgement): CheckOutcome {
  return xml.assertions === 0 ? notApplicable('no installable addon has a file of XML') : outcomeOf(xml);
}

interface Timed<Outcome> {
  outcome: Outcome;
  ms: number;
}

async function timed<Outcome>(work: () => Promise<Outcome>): Promise<Timed<Outcome>> {
  const started = performance.now();
  const outcome = await work();
  return { outcome, ms: performance.now() - started };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
