import type { CheckOutcome, Finding } from '../check.ts';
import { notApplicable } from '../check.ts';
import { dependenciesOf } from './check-dependencies.ts';
import { shortestPath } from './cycles.ts';
import type { Addon } from './find-addons.ts';
import { outcomeOf, shortList } from './judgement.ts';

/** Who may not depend on whom. `*` stands for anything. */
export interface AddonRule {
  from: string;
  mayNotDependOn: readonly string[];
  why: string;
}

/**
 * No addon that a rule names depends on what it may not, by any way through the repository. An addon with a dependency
 * that nobody could look into is inconclusive: it may lead anywhere. Odoo's own modules lead to none of the repository.
 */
export function checkArchitecture(
  addons: readonly Addon[],
  rules: readonly AddonRule[],
  others: ReadonlySet<string> | undefined,
): CheckOutcome {
  if (rules.length === 0) return notApplicable('odoo-gate.yaml has no addonRules');
  const graph = dependenciesOf(addons);
  const byName = new Map(addons.map((addon) => [addon.name, addon]));
  const findings: Finding[] = [];
  const unclear = new Set<string>();
  let assertions = 0;
  const unread = addons.filter(({ manifest }) => manifest === undefined).map(({ name }) => name);
  for (const rule of rules) {
    const isHeld = matcherOf([rule.from]);
    const forbids = matcherOf(rule.mayNotDependOn);
    const held = addons.filter(({ name, manifest }) => isHeld(name) && manifest?.installable !== false);
    if (held.length === 0) unclear.add(`no addon is called ${rule.from}: a rule that holds nothing proves nothing`);
    for (const addon of held) {
      if (addon.manifest === undefined) unclear.add(`the manifest of ${addon.name} can't be read`);
      for (const name of reachedFrom(graph, addon.name)) {
        assertions += 1;
        if (unread.includes(name)) unclear.add(`the manifest of ${name} can't be read`);
        if (!graph.has(name) && name !== 'base' && others?.has(name) !== true && !forbids(name))
          unclear.add(`${addon.name} depends on ${name}, which is not in the repository`);
        if (forbids(name)) findings.push(finding(addon, byName, shortestPath(graph, addon.name, name) ?? [], rule));
      }
    }
  }
  return outcomeOf({ findings, assertions, unclear: unclear.size === 0 ? [] : [shortList([...unclear], 6)] });
}

function finding(addon: Addon, byName: ReadonlyMap<string, Addon>, path: readonly string[], rule: AddonRule): Finding {
  const line = byName.get(addon.name)?.manifest?.depends.find(({ text }) => text === path[1])?.line ?? 1;
  return {
    message: `${addon.name} may not depend on ${path.at(-1)}: ${path.join(' → ')}`,
    location: `${addon.shown}/${addon.manifestFile}:${line}`,
    fix:
      path.length > 2
        ? `Break the way at ${path.at(-2)}, or at "${path[1]}" in "depends".`
        : 'Remove it from "depends".',
    why: rule.why,
  };
}

/** Every addon that one depends on, directly or not; not itself. */
function reachedFrom(graph: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (reached.has(next) || next === start) continue;
      reached.add(next);
      waiting.push(next);
    }
  }
  return reached;
}

function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const one = (pattern: string) =>
    pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*');
  const expression = new RegExp(`^(?:${patterns.map(one).join('|')})$`);
  return (name) => expression.test(name);
}
