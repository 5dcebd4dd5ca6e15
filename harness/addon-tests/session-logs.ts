import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Artifact } from '../run.ts';

/** Odoo's logs as they come, one file a session. */
export class SessionLogs {
  readonly #folder: string;
  readonly #files = new Map<string, WriteStream>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(session: string, line: string): void {
    const file = this.#files.get(session) ?? createWriteStream(join(this.#folder, fileName(session)));
    this.#files.set(session, file);
    file.write(`${line}\n`);
  }

  /** Waits until all of it is on the disk. */
  async close(): Promise<Artifact[]> {
    const artifacts: Artifact[] = [];
    for (const [session, file] of this.#files) {
      file.end();
      await finished(file);
      artifacts.push({ kind: 'log', title: `Odoo's log, session ${session}`, path: fileName(session) });
    }
    return artifacts;
  }
}

const fileName = (session: string) => `odoo-${session}.log`;
