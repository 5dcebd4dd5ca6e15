/**
 * Cycles of a graph: through each node that lies on one a shortest, each told once, beginning at its first name. A node
 * that names itself is none of them.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles = new Map<string, string[]>();
  for (const start of nodesOnCycles(graph)) {
    const path = shortestPath(graph, start, start);
    if (path === undefined) continue;
    const nodes = path.slice(0, -1);
    const first = nodes.indexOf(nodes.toSorted()[0] ?? '');
    const cycle = [...nodes.slice(first), ...nodes.slice(0, first)];
    cycles.set(cycle.join('\0'), cycle);
  }
  return [...cycles.values()].sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

/** From one node to another over at least one edge, both ends included; undefined where no way leads there. */
export function shortestPath(
  graph: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  let edge = [from];
  while (edge.length > 0) {
    const next: string[] = [];
    for (const node of edge) {
      for (const neighbour of graph.get(node) ?? []) {
        if (neighbour === node || cameFrom.has(neighbour)) continue;
        cameFrom.set(neighbour, node);
        if (neighbour === to) return pathBack(cameFrom, from, to);
        if (neighbour !== from) next.push(neighbour);
      }
    }
    edge = next;
  }
  return undefined;
}

function pathBack(cameFrom: ReadonlyMap<string, string>, from: string, to: string): string[] {
  const path = [to];
  let node = cameFrom.get(to);
  while (node !== undefined && node !== from) {
    path.unshift(node);
    node = cameFrom.get(node);
  }
  return [from, ...path];
}

/** What is left when nodes without a way in, or without one out, are taken away until there are none. */
function nodesOnCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Set(graph.keys());
  const leavesTo = (node: string) => (graph.get(node) ?? []).filter((each) => each !== node && left.has(each));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const node of left) if (leavesTo(node).length === 0) left.delete(node);
    const entered = new Set([...left].flatMap(leavesTo));
    for (const node of left) if (!entered.has(node)) left.delete(node);
  }
  return [...left];
}
