import type { Subject } from '../run.ts';
import type { Verdict } from '../verdict.ts';
import type { SecondNets } from './second-nets.ts';
import type { SelftestResult, Tried } from './selftest.ts';

type Counts = Record<Tried['fate']['is'], number>;

/** Where, and what became of it; never what was planted. */
interface Place {
  check: string;
  location: string;
  kind: string;
  because: string;
}

/** What `--format json` prints. Schema `odoo-gate/selftest@1`. */
export interface SelftestReport {
  schema: 'odoo-gate/selftest@1';
  tool: { name: 'odoo-gate'; version: string };
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  durationMs: number;
  subject: Subject;
  verdict: Verdict;
  mutations: Counts;
  /** Killed of those that were killed or survived, 0 to 1. */
  killRate: number;
  survivors: Place[];
  /** What a check says of the clean copy. */
  falsePositives: { check: string; location: string; message: string }[];
  untried: Place[];
  notApplicable: Place[];
  /** Rules that no mutation made speak: nothing is proven of them. */
  silentRules: { check: string; location: string }[];
  /** Checks that could not look at the clean copy, and why. */
  inconclusive: { check: string; reason: string }[];
  checks: ({ id: string } & Counts)[];
  secondNets?: SecondNets;
}

/** Counts and judges. `refuse` where one survived or the clean copy raises something; `inconclusive` where something was not tried. */
export function summarize(
  result: SelftestResult,
  about: { toolVersion: string; startedAt: Date; finishedAt: Date; subject: Subject },
): SelftestReport {
  const { tried, clean, silentRules, secondNets } = result;
  const counts = countFates(tried);
  const falsePositives = clean.flatMap((each) =>
    each.status === 'failed'
      ? each.findings.map(({ message, location = '' }) => ({ check: each.id, location, message }))
      : [],
  );
  const inconclusive = clean.flatMap((each) =>
    each.status === 'inconclusive' ? [{ check: each.id, reason: each.reason }] : [],
  );
  const decided = counts.killed + counts.survived;
  const wrong = counts.survived + falsePositives.length > 0;
  const unproven = decided === 0 || counts.untried + silentRules.length + inconclusive.length > 0;
  return {
    schema: 'odoo-gate/selftest@1',
    tool: { name: 'odoo-gate', version: about.toolVersion },
    startedAt: about.startedAt.toISOString(),
    finishedAt: about.finishedAt.toISOString(),
    durationMs: about.finishedAt.getTime() - about.startedAt.getTime(),
    subject: about.subject,
    verdict: wrong ? 'refuse' : unproven ? 'inconclusive' : 'pass',
    mutations: counts,
    killRate: decided === 0 ? 0 : counts.killed / decided,
    survivors: placesWhere(tried, 'survived'),
    falsePositives,
    untried: placesWhere(tried, 'untried'),
    notApplicable: placesWhere(tried, 'not-applicable'),
    silentRules: [...silentRules],
    inconclusive,
    checks: [...Map.groupBy(tried, ({ check }) => check)].map(([id, of]) => ({ id, ...countFates(of) })),
    ...(secondNets === undefined ? {} : { secondNets }),
  };
}

function countFates(tried: readonly Tried[]): Counts {
  const counts: Counts = { killed: 0, survived: 0, 'not-applicable': 0, untried: 0 };
  for (const { fate } of tried) counts[fate.is] += 1;
  return counts;
}

function placesWhere(tried: readonly Tried[], is: Exclude<Tried['fate']['is'], 'killed'>): Place[] {
  return tried.flatMap(({ check, location, kind, fate }) =>
    fate.is === is ? [{ check, location, kind, because: fate.because }] : [],
  );
}

/** For people, without colours: it is short. */
export function renderSelftest(report: SelftestReport): string {
  const { mutations, secondNets } = report;
  const width = Math.max(...report.checks.map(({ id }) => id.length), 0);
  const lines = report.checks.map(
    (each) =>
      `  ${each.survived === 0 ? '✔' : '✘'} ${each.id.padEnd(width)}  ${each.killed} of ${each.killed + each.survived} caught${
        each['not-applicable'] === 0 ? '' : `, ${each['not-applicable']} not applicable`
      }${each.untried === 0 ? '' : `, ${each.untried} untried`}`,
  );
  const places = (title: string, of: readonly Place[]) =>
    of.map(({ check, location, kind, because }) => `  ${title} ${check}: ${location} (${kind}): ${because}`);
  lines.push(
    ...places('✘ survived', report.survivors),
    ...report.falsePositives.map(({ check, location, message }) => `  ✘ false alarm ${check}: ${location}: ${message}`),
    ...places('? untried', report.untried),
    ...report.silentRules.map(({ check, location }) => `  ? nothing makes this rule speak: ${check}: ${location}`),
    ...report.inconclusive.map(({ check, reason }) => `  ? ${check}: ${reason}`),
  );
  if (secondNets !== undefined) lines.push(...secondNetLines(secondNets));
  const percent = (report.killRate * 100).toFixed(report.killRate === 1 ? 0 : 1);
  lines.push(
    `${report.verdict}: ${mutations.killed} of ${mutations.killed + mutations.survived} mutations caught (${percent} %), ` +
      `${report.falsePositives.length} false alarms, ${mutations['not-applicable']} not applicable, ${mutations.untried} untried ` +
      `(${(report.durationMs / 1000).toFixed(1)} s)`,
  );
  return `${lines.join('\n')}\n`;
}

function secondNetLines({ places, census, fixedPoint, ruleAlone }: SecondNets): string[] {
  const neutral = fixedPoint === undefined ? 'not asked' : `sees ${fixedPoint}`;
  return [
    `  of ${places} places with a credential or a wire, the census of secrets by itself sees ${census}, the modules' own neutralization ${neutral}; for ${ruleAlone.length} the rule stands alone`,
  ];
}
