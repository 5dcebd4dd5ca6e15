import type { WaitStrategy } from 'testcontainers';

/** For containers whose readiness is asked elsewhere, or that are meant to end by themselves. */
export function startedOnly(): WaitStrategy {
  const strategy: WaitStrategy = {
    waitUntilReady: async () => {},
    withStartupTimeout: () => strategy,
    isStartupTimeoutSet: () => true,
    getStartupTimeout: () => 0,
  };
  return strategy;
}
