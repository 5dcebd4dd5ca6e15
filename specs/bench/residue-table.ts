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

/**
 * Prints ours beside `pg_dump | grep -F -f` with the same values, one after the other. Seconds of processor time are
 * those of all processes of each: unlike the clock they hardly mind who else uses the machine.
 */
export async function printResidueTable({ address, shell, cpuSeconds }: Server): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-bench-'));
  try {
    console.log('fingerprints   ours: s   CPU s   MB/s   RSS MB   found | grep: s   CPU s   MB/s | clock   CPU');
    for (const count of COUNTS) {
      const file = join(folder, `${count}`);
      const values = await writePeople(file, SECRET, count);
      await shell('cat > /tmp/values', `${values.join('\n')}\n`);
      const before = await cpuSeconds();
      const ours = await scanOnce({ address, file, secret: SECRET });
      const between = await cpuSeconds();
      const started = performance.now();
      await shell(`pg_dump ${address.database} | grep -c -a -F -f /tmp/values || true`);
      const seconds = (performance.now() - started) / 1000;
      const oursCpu = ours.cpuSeconds + between - before;
      const grepCpu = (await cpuSeconds()) - between;
      const columns = [
        String(count).padStart(12),
        ours.seconds.toFixed(1).padStart(9),
        oursCpu.toFixed(1).padStart(7),
        (ours.megabytes / ours.seconds).toFixed(0).padStart(6),
        ours.memoryMb.toFixed(0).padStart(8),
        String(ours.found).padStart(7),
        '|',
        seconds.toFixed(1).padStart(7),
        grepCpu.toFixed(1).padStart(7),
        (ours.megabytes / seconds).toFixed(0).padStart(6),
        '|',
        `${(seconds / ours.seconds).toFixed(2)}x`.padStart(5),
        `${(grepCpu / oursCpu).toFixed(2)}x`.padStart(5),
      ];
      console.log(columns.join(' '));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
