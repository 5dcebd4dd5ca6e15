import type { Finding } from '../check.ts';

/**
 * The text without what could drive a terminal, break XML 1.0 (section 2.2, Char) or turn the reading direction:
 * control characters, non-characters and bidirectional controls become U+FFFD.
 */
export function plain(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\t\n]|[\uFFFE\uFFFF]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

/** `plain`, on one line. */
export function oneLine(text: string): string {
  return plain(text.replaceAll(/\s+/g, ' ').trim());
}

/** A finding in one line: what, where, how many, how to fix. */
export function describeFinding({ message, location, count, fix }: Finding): string {
  const where = location === undefined ? '' : ` at ${location}`;
  const howMany = count === undefined ? '' : ` (${count}×)`;
  const how = fix === undefined ? '' : ` → ${fix}`;
  return oneLine(`${message}${where}${howMany}${how}`);
}

/** `1 check`, `2 checks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `850 ms`, `12.4 s`, `3 min 07 s`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
