import type { Finding } from '../check.ts';
import { findCycles } from './cycles.ts';
import type { Addon } from './find-addons.ts';
import { type Judgement, shortList } from './judgement.ts';

/**
 * Each addon depends on what is there and can be installed, once, and not on itself by any way. What is neither in the
 * repository nor among `others` can't be told; `base` is always there.
 */
export function checkDependencies(addons: readonly Addon[], others: ReadonlySet<string> | undefined): Judgement {
  const findings: Finding[] = [];
  const unknown = new Map<string, string[]>();
  let assertions = 0;
  const byName = Map.groupBy(addons, ({ name }) => name);
  for (const [name, [first, ...more]] of byName) {
    for (const addon of more)
      findings.push({
        message: `the addon "${name}" is there twice: Odoo takes the one of the folder that stands first in addons_path`,
        location: `${addon.shown}/${addon.manifestFile}:1`,
        why: `The other is ${first?.shown}.`,
      });
  }
  const installable = addons.filter(({ manifest }) => manifest?.installable === true);
  for (const addon of installable) {
    const seen = new Set<string>();
    for (const { text, line } of addon.manifest?.depends ?? []) {
      assertions += 1;
      const wrong = (message: string, fix: string) =>
        findings.push({ message, location: `${addon.shown}/${addon.manifestFile}:${line}`, fix });
      const [found] = byName.get(text) ?? [];
      if (seen.has(text)) wrong(`"${text}" stands in "depends" twice`, 'Keep one.');
      else if (text === addon.name) wrong('it depends on itself', 'Remove it from "depends".');
      else if (found?.manifest?.installable === false)
        wrong(
          `it depends on "${text}", which is not installable`,
          `Depend on something else, or make ${text} installable.`,
        );
      else if (found === undefined && text !== 'base' && others?.has(text) !== true)
        unknown.set(text, [...(unknown.get(text) ?? []), addon.name]);
      seen.add(text);
    }
  }
  for (const cycle of findCycles(dependenciesOf(installable))) {
    assertions += 1;
    const [name = ''] = cycle;
    const [addon] = byName.get(name) ?? [];
    const line = addon?.manifest?.depends.find(({ text }) => text === cycle[1])?.line ?? 1;
    findings.push({
      message: `addons depend on each other: ${[...cycle, name].join(' → ')}`,
      location: `${addon?.shown}/${addon?.manifestFile}:${line}`,
      fix: 'Odoo installs none of them. Move what they share into an addon that each may depend on.',
    });
  }
  if (others !== undefined) {
    // With the whole of Odoo given, what is nowhere is not there.
    for (const [text, by] of unknown) {
      const [addon] = byName.get(by[0] ?? '') ?? [];
      const line = addon?.manifest?.depends.find((each) => each.text === text)?.line ?? 1;
      findings.push({
        message: `"${text}" is neither in the repository nor among Odoo's own modules; ${shortList(by)} depend${by.length === 1 ? 's' : ''} on it`,
        location: `${addon?.shown}/${addon?.manifestFile}:${line}`,
        count: by.length,
        fix: 'Correct the name, or name the folder that holds it with --odoo-addons.',
      });
    }
  }
  const names = [...unknown.keys()].sort();
  const unclear =
    others === undefined && names.length > 0
      ? [
          `${shortList(names)}: not in the repository, and without --odoo-addons or --odoo-image nobody knows whether Odoo has ${names.length === 1 ? 'it' : 'them'}`,
        ]
      : [];
  return { findings, assertions, unclear };
}

/** Name → what it depends on. */
export function dependenciesOf(addons: readonly Addon[]): Map<string, string[]> {
  return new Map(addons.map(({ name, manifest }) => [name, (manifest?.depends ?? []).map(({ text }) => text)]));
}
