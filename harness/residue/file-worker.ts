import { parentPort, workerData } from 'node:worker_threads';
import type { FileRead } from './file-type.ts';
import { deriveKeys } from './fingerprint.ts';
import { FingerprintIndex, type SharedIndex } from './fingerprint-index.ts';
import { scanFile } from './scan-file.ts';
import { Scanner } from './scanner.ts';

export interface FileWorkerData {
  secret: string;
  salt: Uint8Array;
  index: SharedIndex;
}

/** Of one file: the numbers of the kinds that it has. */
export interface FileAnswer {
  kinds: number[];
  read: FileRead;
  bytes: number;
}

const port = parentPort;
if (port !== null) {
  const { secret, salt, index } = workerData as FileWorkerData;
  const kinds = new Set<number>();
  const scanner = new Scanner(deriveKeys(secret, Buffer.from(salt)), new FingerprintIndex(index), (kind, strong) => {
    if (strong) kinds.add(kind);
  });
  port.on('message', (path: string) => {
    kinds.clear();
    void scanFile(scanner, path).then(({ read, bytes }) =>
      port.postMessage({ kinds: [...kinds], read, bytes } satisfies FileAnswer),
    );
  });
}
