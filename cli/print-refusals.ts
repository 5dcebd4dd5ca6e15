import type { Refusals } from '../deploy/promote/refusal.ts';

/** Prints why something is refused, and gives the exit code of that. */
export function printRefusals(refusals: Refusals, title: string, format: 'text' | 'json'): 1 {
  if (format === 'json') process.stdout.write(`${JSON.stringify({ status: 'refused', refusals }, null, 2)}\n`);
  else {
    process.stdout.write(`${title}\n`);
    for (const { code, message, fix } of refusals) process.stdout.write(`  [${code}] ${message}\n    do: ${fix}\n`);
  }
  return 1;
}
