import type { ModuleGraph } from './addon.ts';

/** These modules and all that they depend on, as far as they are there. */
export function closureOf(graph: ModuleGraph, names: Iterable<string>): Set<string> {
  const closure = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const found = graph.get(name);
    if (found === undefined || closure.has(name)) continue;
    closure.add(name);
    waiting.push(...found.depends);
  }
  return closure;
}

/** All modules that depend on one of these, over others too; without these themselves, unless they do. */
export function dependentsOf(graph: ModuleGraph, names: Iterable<string>): Set<string> {
  const users = new Map<string, string[]>();
  for (const [name, { depends }] of graph) {
    for (const each of depends) users.set(each, [...(users.get(each) ?? []), name]);
  }
  const dependents = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const user of users.get(name) ?? []) {
      if (dependents.has(user)) continue;
      dependents.add(user);
      waiting.push(user);
    }
  }
  return dependents;
}

/** Why a module can't be installed, as its dependencies stand: a way that ends nowhere or where it began. */
export interface Obstacle {
  kind: 'missing' | 'circular' | 'not-installable';
  /** From the module to what stands in the way. */
  path: readonly [string, ...string[]];
}

export function findObstacle(graph: ModuleGraph, name: string): Obstacle | undefined {
  const sound = new Set<string>();
  const visit = (path: [string, ...string[]]): Obstacle | undefined => {
    const last = path.at(-1) ?? name;
    if (path.indexOf(last) < path.length - 1) return { kind: 'circular', path };
    if (sound.has(last)) return undefined;
    const found = graph.get(last);
    if (found === undefined) return { kind: 'missing', path };
    if (!found.installable) return { kind: 'not-installable', path };
    for (const each of found.depends) {
      const obstacle = visit([...path, each]);
      if (obstacle !== undefined) return obstacle;
    }
    sound.add(last);
    return undefined;
  };
  return visit([name]);
}
