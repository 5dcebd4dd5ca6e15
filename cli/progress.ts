import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import type { Progress } from '../harness/progress.ts';

/** Steps shorter than this leave no line behind. */
const WORTH_A_LINE_MS = 300;
const HEARTBEAT_MS = 10_000;

/**
 * Progress on stderr, so that stdout holds results alone. On a terminal the running steps stand below what is done;
 * elsewhere each step prints a line when it ends, and one every ten seconds while it runs.
 */
export function consoleProgress(stream: NodeJS.WriteStream = process.stderr): Progress & { close(): void } {
  const colours = pc.createColors(stream.isTTY === true && !process.env.NO_COLOR);
  const live = stream.isTTY && !process.env.CI ? createLogUpdate(stream) : undefined;
  const running = new Set<{ title: string; detail: string; started: number; lastSaid: number }>();

  const print = (line: string) => {
    live?.clear();
    stream.write(`${line}\n`);
    draw();
  };
  const draw = () => {
    if (running.size === 0) return;
    live?.(
      [...running]
        .map((step) =>
          `${colours.cyan('…')} ${step.title} ${colours.dim(`${seconds(step.started)}  ${step.detail}`)}`.slice(
            0,
            stream.columns ?? 120,
          ),
        )
        .join('\n'),
    );
  };
  const timer = setInterval(() => {
    if (live !== undefined) return draw();
    for (const step of running) {
      if (performance.now() - step.lastSaid < HEARTBEAT_MS) continue;
      step.lastSaid = performance.now();
      stream.write(`… ${step.title} (${seconds(step.started)}) ${step.detail}\n`);
    }
  }, 200);
  timer.unref();

  return {
    note: (text) => print(text),
    step: async (title, work) => {
      const step = { title, detail: '', started: performance.now(), lastSaid: performance.now() };
      running.add(step);
      draw();
      try {
        const result = await work((text) => {
          step.detail = text.trim().split('\n').at(-1) ?? '';
        });
        running.delete(step);
        if (performance.now() - step.started >= WORTH_A_LINE_MS) {
          print(`${colours.green('✔')} ${title} ${colours.dim(seconds(step.started))}`);
        }
        return result;
      } catch (error) {
        running.delete(step);
        print(`${colours.red('✘')} ${title} ${colours.dim(seconds(step.started))}`);
        throw error;
      }
    },
    close: () => {
      clearInterval(timer);
      live?.clear();
    },
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
