import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/*
 * Reading LCOV and Cobertura of 50 MB, beside the readers of Python's standard library on the same file: `split` of each
 * line, and xml.etree's iterparse, which frees what it has read. Each in a process of its own, the best of three rounds.
 * Goals: at most 1.0 of Python's time, at most 300 MB of memory. Ends with 1 where one is missed.
 *   npm run bench coverage [MB]
 */
const MEGABYTES = Number(process.argv[2] ?? 50);
const ROUNDS = 3;
const MOST_MEMORY_MB = 300;

const measured = z.object({ seconds: z.number(), memoryMb: z.number() });
type Measured = z.infer<typeof measured>;

const PYTHON = (body: string) => `
import json, resource, sys, time
import xml.etree.ElementTree as ElementTree
started = time.perf_counter()
${body}
print(json.dumps({"seconds": time.perf_counter() - started,
                  "memoryMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
`;

const FORMATS = [
  {
    name: 'LCOV',
    head: 'TN:\n',
    file: (index: number) =>
      `SF:addons/addon_${index % 300}/models/model_${index}.py\n${lines((line) => `DA:${line},${line % 7}\n`)}${lines((line) => (line % 10 === 0 ? `BRDA:${line},0,0,${line % 3}\nBRDA:${line},0,1,-\n` : ''))}end_of_record\n`,
    tail: '',
    python: PYTHON('for line in open(sys.argv[1]):\n    line.split(",")'),
  },
  {
    name: 'Cobertura',
    head: '<?xml version="1.0" ?>\n<coverage version="7" timestamp="1">\n<packages><package name="addons"><classes>\n',
    file: (index: number) =>
      `<class name="model_${index}.py" filename="addons/addon_${index % 300}/models/model_${index}.py" complexity="0" line-rate="0.5"><methods/><lines>\n${lines(
        (line) =>
          `\t\t\t<line number="${line}" hits="${line % 2}"${line % 10 === 0 ? ' branch="true" condition-coverage="50% (1/2)" missing-branches="7"' : ''}/>\n`,
      )}</lines></class>\n`,
    tail: '</classes></package></packages></coverage>\n',
    python: PYTHON('for _, element in ElementTree.iterparse(sys.argv[1]):\n    element.clear()'),
  },
];

const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-bench-'));
let missed = false;
try {
  for (const { name, head, file, tail, python } of FORMATS) {
    const path = join(folder, name);
    await pipeline(Readable.from(reportOf(head, file, tail)), createWriteStream(path));
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: measure(process.execPath, [join(import.meta.dirname, 'read-coverage-once.ts'), path]),
      theirs: measure('python3', ['-c', python, path]),
    }));
    const ours = best(rounds.map((round) => round.ours));
    const theirs = best(rounds.map((round) => round.theirs));
    const ratio = ours.seconds / theirs.seconds;
    missed ||= ratio > 1 || ours.memoryMb > MOST_MEMORY_MB;
    console.log(
      `${name} of ${MEGABYTES} MB: ${ratio.toFixed(2)} of Python's time (${ours.seconds.toFixed(2)} s, Python ${theirs.seconds.toFixed(2)} s), ` +
        `${ours.memoryMb.toFixed(0)} MB of memory (Python ${theirs.memoryMb.toFixed(0)} MB)`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
if (missed) process.exitCode = 1;

function lines(render: (line: number) => string): string {
  return Array.from({ length: 400 }, (_, index) => render(index + 1)).join('');
}

function* reportOf(head: string, file: (index: number) => string, tail: string): Generator<string> {
  yield head;
  for (let written = 0, index = 1; written < MEGABYTES * 1e6; index += 1) {
    const text = file(index);
    written += text.length;
    yield text;
  }
  yield tail;
}

function measure(program: string, args: readonly string[]): Measured {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return measured.parse(JSON.parse(stdout));
}

/** The fastest round, with the most memory of any. */
function best(rounds: readonly Measured[]): Measured {
  return {
    seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
    memoryMb: Math.max(...rounds.map(({ memoryMb }) => memoryMb)),
  };
}
