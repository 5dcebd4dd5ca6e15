import { readReport } from '../../harness/coverage-gate/read-report.ts';

/* Reads one coverage report, and says how long it took and how much memory this process had at most. */
const started = performance.now();
await readReport(process.argv[2] ?? '');
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ seconds, memoryMb: process.resourceUsage().maxRSS / 1024 }));
