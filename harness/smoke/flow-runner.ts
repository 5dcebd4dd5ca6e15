import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { maskValues } from '../masking.ts';
import { cacheFolder } from '../stack/cache-folder.ts';
import { killTree } from './process-tree.ts';
import { RunEvent } from './run-events.ts';

const CONFIG = fileURLToPath(new URL(`../../playwright.config${extname(import.meta.url)}`, import.meta.url));
const PLAYWRIGHT = join(fileURLToPath(import.meta.resolve('playwright/package.json')), '..', 'cli.js');

/**
 * Playwright's runner in a process of its own, with the flows loaded. It waits to be told where Odoo is:
 * it can be started while Odoo still boots.
 */
export class FlowRunner {
  readonly #process: ChildProcess;
  readonly #temp: string;
  readonly #ended: Promise<string>;
  readonly #kill = () => killTree(this.#process);
  #onEvent: (event: RunEvent) => void = () => {};

  constructor(flows: readonly string[], browser: string) {
    this.#temp = mkdtempSync(join(tmpdir(), 'odoo-gate-smoke-'));
    const files = flows.map((flow) => `/${flow}\\.flow\\.[jt]s$`);
    this.#process = spawn(process.execPath, [PLAYWRIGHT, 'test', '--config', CONFIG, ...files], {
      env: {
        ...process.env,
        ODOO_GATE_BROWSER: browser,
        ODOO_GATE_SMOKE_EVENTS: '1',
        ODOO_GATE_SMOKE_TEMP: this.#temp,
        PLAYWRIGHT_TRANSFORM_CACHE_DIR: cacheFolder('playwright'),
        // Browser profiles go where they are removed even after a kill.
        TMPDIR: this.#temp,
      },
      // A process group of its own: it can be ended as a whole.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    // A parent that leaves must not leave a browser behind.
    process.once('exit', this.#kill);
    this.#ended = this.#follow();
  }

  /** Lets the flows run with these variables; resolves with how the runner ended, when it has. */
  async run(
    settings: Record<string, string>,
    { signal, onEvent }: { signal: AbortSignal; onEvent: (event: RunEvent) => void },
  ): Promise<string> {
    this.#onEvent = onEvent;
    if (signal.aborted) this.#kill();
    // What has ended already says so below.
    else this.#process.send(settings, () => {});
    signal.addEventListener('abort', this.#kill, { once: true });
    try {
      return await this.#ended;
    } finally {
      signal.removeEventListener('abort', this.#kill);
    }
  }

  /** Ends it if it runs, and removes what it left. */
  async close(): Promise<void> {
    this.#kill();
    await this.#ended;
    process.off('exit', this.#kill);
    await rm(this.#temp, { recursive: true, force: true, maxRetries: 3 });
  }

  async #follow(): Promise<string> {
    let complaint = '';
    onLine(this.#process.stderr, (line) => {
      if (/Error/.test(line)) complaint ||= `: ${maskValues(line)}`;
    });
    onLine(this.#process.stdout, (line) => {
      const event = eventOf(line);
      if (event) this.#onEvent(event);
    });
    return new Promise<string>((done) => {
      this.#process.once('error', (error) => done(`the Playwright runner did not start: ${error.message}`));
      this.#process.once('close', (code, name) =>
        done(`the Playwright runner ended early (${name ?? `exit code ${code}`})${complaint}`),
      );
    });
  }
}

function onLine(input: Readable | null, work: (line: string) => void): void {
  if (input !== null) createInterface({ input }).on('line', work);
}

function eventOf(line: string): RunEvent | undefined {
  try {
    return RunEvent.parse(JSON.parse(line));
  } catch {
    // A flow may print lines of its own.
    return undefined;
  }
}
