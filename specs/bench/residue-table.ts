import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseAddress } from '../../harness/database/connection.ts';
import { writePeople } from './people.ts';
import type { ScanFigures, ScanRequest } from './scan-once.ts';

const SECRET = 'a key for this benchmark';
const COUNTS = [1_000, 100_000, 1_000_000];

export interface Server {
  address: DatabaseAddress;
  /** Runs a line of shell beside the server. */
  shell(line: string, stdin?: string): Promise<unknown>;
  /** What the server's container has used so far, in seconds. */
  cpuSeconds(): Promise<number>;
}

/** How often each is measured, in turns; the quickest of each counts: whatever else runs can only slow it down. */
const ROUNDS = 3;

interface Round {
  ours: ScanFigures & { allCpuSeconds: number };
  grep: { seconds: number; cpuSeconds: number };
}

/**
 * Prints ours beside `pg_dump | grep -F -f` with the same values. Seconds of processor time are those of all processes of
 * each, the server's among them.
 */
export async function printResidueTable(server: Server): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-bench-'));
  try {
    console.log('fingerprints   ours: s   CPU s   MB/s   RSS MB   found | grep: s   CPU s   MB/s | clock   CPU');
    for (const count of COUNTS) {
      const file = join(folder, `${count}`);
      const values = await writePeople(file, SECRET, count);
      await server.shell('cat > /tmp/values', `${values.join('\n')}\n`);
      const rounds: Round[] = [];
      while (rounds.length < ROUNDS) rounds.push(await measure(server, file));
      console.log(lineOf(count, rounds));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure({ address, shell, cpuSeconds }: Server, file: string): Promise<Round> {
  const before = await cpuSeconds();
  const ours = await scanOnce({ address, file, secret: SECRET });
  const between = await cpuSeconds();
  const started = performance.now();
  await shell(`pg_dump ${address.database} | grep -c -a -F -f /tmp/values || true`);
  return {
    ours: { ...ours, allCpuSeconds: ours.cpuSeconds + between - before },
    grep: { seconds: (performance.now() - started) / 1000, cpuSeconds: (await cpuSeconds()) - between },
  };
}

function lineOf(count: number, rounds: readonly Round[]): string {
  const least = (figure: (round: Round) => number) => Math.min(...rounds.map(figure));
  const most = (figure: (round: Round) => number) => Math.max(...rounds.map(figure));
  const megabytes = most(({ ours }) => ours.megabytes);
  const seconds = least(({ ours }) => ours.seconds);
  const cpu = least(({ ours }) => ours.allCpuSeconds);
  const grepSeconds = least(({ grep }) => grep.seconds);
  const grepCpu = least(({ grep }) => grep.cpuSeconds);
  return [
    String(count).padStart(12),
    seconds.toFixed(1).padStart(9),
    cpu.toFixed(1).padStart(7),
    (megabytes / seconds).toFixed(0).padStart(6),
    most(({ ours }) => ours.memoryMb)
      .toFixed(0)
      .padStart(8),
    String(most(({ ours }) => ours.found)).padStart(7),
    '|',
    grepSeconds.toFixed(1).padStart(7),
    grepCpu.toFixed(1).padStart(7),
    (megabytes / grepSeconds).toFixed(0).padStart(6),
    '|',
    `${(grepSeconds / seconds).toFixed(2)}x`.padStart(5),
    `${(grepCpu / cpu).toFixed(2)}x`.padStart(5),
  ].join(' ');
}

async function scanOnce(request: ScanRequest): Promise<ScanFigures> {
  const child = fork(new URL('./scan-once.ts', import.meta.url));
  const answered = once(child, 'message');
  child.send(request);
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the scan ended with ${code}`);
  });
  const [figures] = await Promise.race([answered, gone]);
  gone.catch(() => {});
  return figures as ScanFigures;
}
