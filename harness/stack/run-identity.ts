import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export const RUN_LABEL = 'odoo-gate.run';
export const OWNER_LABEL = 'odoo-gate.owner';
export const KEEP_LABEL = 'odoo-gate.keep';

/** One run of odoo-gate. Whatever it starts carries its labels, so that it can be found after a crash. */
export interface Run {
  /** Eight hex digits, also part of every name. */
  id: string;
  labels: Record<string, string>;
}

/** `keep`: what the run starts is meant to outlive it. */
export function newRun({ keep = false }: { keep?: boolean } = {}): Run {
  const id = randomBytes(4).toString('hex');
  const labels: Record<string, string> = {
    [RUN_LABEL]: id,
    [OWNER_LABEL]: ownerOf(process.pid),
  };
  if (keep) labels[KEEP_LABEL] = 'true';
  return { id, labels };
}

/** `host/boot/pid.start/namespace`: who started something. */
export function ownerOf(pid: number): string {
  return [hostname(), bootId(), processId(pid), pidNamespace()].join('/');
}

/**
 * Whether the process that started something still lives. One of another machine, or of another container on this one,
 * can't be told, and counts as alive.
 */
export function ownerLives(owner: string): boolean {
  const [host, boot, process = '', namespace] = owner.split('/');
  if (host !== hostname()) return true;
  if (boot !== bootId()) return false;
  if (namespace !== pidNamespace()) return true;
  return process !== '' && processId(Number(process.split('.')[0])) === process;
}

/** A pid with its start time: pids are given again. */
function processId(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command name in parentheses; start time is field 22 of proc(5).
    return `${pid}.${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return livesWithoutProc(pid) ? `${pid}.0` : '';
  }
}

function livesWithoutProc(pid: number): boolean {
  if (process.platform === 'linux') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Two containers may have the same host name, but not the same processes. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'unknown';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
