import { type ChildProcess, spawnSync } from 'node:child_process';

/**
 * Ends a child that leads a process group of its own, together with everything it started: Chromium runs in
 * further groups, so the tree is read before the first of them dies. Synchronous: it must work while Node exits.
 */
export function killTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // A stopped parent can't start more while its descendants are counted.
  send(-pid, 'SIGSTOP');
  for (const descendant of descendantsOf(pid)) send(descendant, 'SIGKILL');
  send(-pid, 'SIGKILL');
}

function descendantsOf(root: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = Map.groupBy(rows, ([, parent]) => parent);
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap(([child = 0]) => [child, ...below(child)]);
  return below(root);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
