/** Calls an exchange off that stands still for too long. */
export interface StallWatch {
  timeoutMs: number;
  signal: AbortSignal;
  stalled(): boolean;
  /** Counts anew, for `times` the time. */
  start(times?: number): void;
  stop(): void;
}

/** Counts from now on. `outer` calls the exchange off too. */
export function watchStall(timeoutMs: number, outer?: AbortSignal): StallWatch {
  const stall = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const start = (times = 1) => {
    stop();
    timer = setTimeout(() => stall.abort(), timeoutMs * times);
  };
  start();
  return {
    timeoutMs,
    signal: outer ? AbortSignal.any([outer, stall.signal]) : stall.signal,
    stalled: () => stall.signal.aborted,
    start,
    stop,
  };
}
