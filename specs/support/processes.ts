import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

interface Process {
  pid: number;
  parent: number;
  /** `chromium`. */
  name: string;
}

/** What runs on this machine; what has ended and only waits to be collected is left out. */
async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,comm=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state = '']) => !state.startsWith('Z'))
    .map(([pid, parent, , name = '']) => ({ pid: Number(pid), parent: Number(parent), name }));
}

/** All that a process has started, and what that has started. */
export async function descendantsOf(pid: number): Promise<Process[]> {
  const children = Map.groupBy(await processes(), ({ parent }) => parent);
  const below = (parent: number): Process[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** Which of these still run. */
export async function stillRunning(some: readonly Process[]): Promise<Process[]> {
  const running = await processes();
  return some.filter(({ pid, name }) => running.some((each) => each.pid === pid && each.name === name));
}

/** Waits until a condition holds; rejects with `what` after half a minute. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 30_000; !(await holds()); ) {
    if (performance.now() > deadline) throw new Error(`did not happen in 30 s: ${what}`);
    await delay(100);
  }
}
