import { readFingerprintFile } from '../../harness/residue/fingerprint-file.ts';
import { scanDatabase } from '../../harness/residue/scan-database.ts';

export interface ScanRequest {
  address: Parameters<typeof scanDatabase>[0];
  file: string;
  secret: string;
}

export interface ScanFigures {
  seconds: number;
  cpuSeconds: number;
  megabytes: number;
  /** At its highest, of the whole process. */
  memoryMb: number;
  found: number;
}

/** One scan in a process of its own, for its memory's sake; asked and answered by messages. */
process.once('message', async ({ address, file, secret }: ScanRequest) => {
  const started = performance.now();
  const scan = await scanDatabase(address, await readFingerprintFile(file, secret));
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  if (scan.unread.length > 0) throw new Error(scan.unread.join('; '));
  const figures: ScanFigures = {
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: scan.bytes / 1e6,
    memoryMb: maxRSS / 1024,
    found: scan.residue.length,
  };
  process.send?.(figures);
  process.disconnect?.();
});
