import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Argument } from 'commander';
import { z } from 'zod';
import { formatAnchor, parseAnchor } from '../../deploy/history/anchor.ts';
import { type Entry, humanLine, serialize } from '../../deploy/history/entry.ts';
import { HistoryDamaged, HistoryTorn } from '../../deploy/history/errors.ts';
import { pushAnchor, readAnchor } from '../../deploy/history/registry-anchor.ts';
import { repairHistory } from '../../deploy/history/repair.ts';
import { type Anchor, readHistory, verifyHistory } from '../../deploy/history/verify.ts';
import { anchorsIn } from '../../deploy/promote/past.ts';
import { Refused } from '../../deploy/promote/refusal.ts';
import { openAll } from '../../deploy/promote/select-runs.ts';
import { connectRegistry, type RegistryClient } from '../../deploy/registry/client.ts';
import { parseRepository } from '../../deploy/registry/reference.ts';
import { type ExitCode, InfrastructureError, UsageError } from '../../harness/errors.ts';
import type { Subcommand } from '../command.ts';
import { readEvidence, readPolicy } from '../evidence-files.ts';
import { currentOperator } from '../operator.ts';
import { common, list, number, option, text } from '../options.ts';
import { reportError } from '../report-error.ts';

const ACTIONS = ['show', 'verify', 'repair', 'anchor'] as const;
type Action = (typeof ACTIONS)[number];

const options = {
  ...common,
  last: number.refine((count) => Number.isSafeInteger(count) && count > 0, 'is not a whole number above 0').optional(),
  anchor: list.transform((anchors) => anchors.map(parseAnchor)).default([]),
  evidence: list.optional(),
  policy: text.optional(),
  operator: text.optional(),
  repository: text.optional(),
  name: text.optional(),
  registry: z.boolean().default(false),
};

interface Asked {
  path: string;
  anchors: readonly Anchor[];
  format: 'text' | 'json';
}

/** Options that not every action has a use for. */
const ONLY: Readonly<Record<string, readonly Action[]>> = {
  last: ['show'],
  operator: ['repair'],
  anchor: ['show', 'verify', 'repair'],
  registry: ['show', 'verify', 'repair'],
  evidence: ['show', 'verify', 'repair'],
  policy: ['show', 'verify', 'repair'],
};

/** `odoo-gate history` */
export const history: Subcommand<typeof options> = {
  name: 'history',
  summary: 'show what was promoted and deployed, and prove that nobody changed the record',
  examples: [
    'odoo-gate history show promotions.jsonl --last 10',
    'odoo-gate history verify promotions.jsonl    exit code 1 when an entry was edited, moved, added or removed',
    'odoo-gate history verify promotions.jsonl --anchor 41:sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae    and when the end was',
    'odoo-gate history verify promotions.jsonl --evidence verified/ --policy policy.yaml    and up to where verify has seen it',
    'odoo-gate history repair promotions.jsonl    removes a last line that a full disk or a crash left incomplete',
    'odoo-gate history anchor promotions.jsonl --repository ghcr.io/acme/odoo    keeps the newest entry where this machine can not forget it',
    'odoo-gate history verify promotions.jsonl --repository ghcr.io/acme/odoo --registry',
  ],
  options,
  declare: (command) => {
    command
      .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
      .argument('<file>', 'the history')
      .addOption(option('--last <count>', 'show: the newest entries alone'))
      .addOption(option('--anchor <anchors>', 'comma-separated SEQUENCE:sha256:… of entries that were seen before'))
      .addOption(
        option('--evidence <files>', 'comma-separated evidence.json, or folders: what they saw of the history'),
      )
      .addOption(option('--policy <file>', 'goes with --evidence: YAML that says whose signature counts'))
      .addOption(option('--operator <name>', 'repair: who does it (default: the user of this machine)'))
      .addOption(option('--repository <name>', 'where the anchor in a registry is, with its registry'))
      .addOption(option('--name <name>', "the anchor's tag is history-NAME (default: the file's name)"))
      .addOption(option('--registry', 'hold the history to the anchor in the registry, too'));
  },
  run: async ({ format, last, anchor, evidence, policy, operator, ...where }, { command, signal }) => {
    const [action, path = ''] = command.args as [Action, string];
    for (const [name, only] of Object.entries(ONLY)) {
      if (!only.includes(action) && command.getOptionValueSource(name) === 'cli') {
        throw new UsageError('options', `--${name} goes with ${only.join(', ')} alone.`, { next: 'Leave it out.' });
      }
    }
    // To the library no file is an empty history; to whoever names it here, a wrong path.
    const seen = evidence === undefined ? anchor : [...anchor, ...(await anchorsOf(path, evidence, policy))];
    if (seen.length === 0 && !where.registry) await assertThere(path);
    const kept = { ...where, name: where.name ?? basename(path, extname(path)) };
    if (action === 'anchor') return anchorIn(connect(kept, signal), { path, name: kept.name, format });
    const anchors = where.registry ? [...seen, await registryAnchor(connect(kept, signal), kept.name)] : seen;
    const asked = { path, format, anchors };
    if (action === 'show') return show(asked, last);
    if (action === 'verify') return verify(asked);
    return repair(asked, operator ?? currentOperator());
  },
};

/** What signed evidence saw of the history. Throws `UsageError('evidence-untrusted')` for what nobody trusted signed. */
async function anchorsOf(path: string, evidence: readonly string[], policy: string | undefined): Promise<Anchor[]> {
  const { signers } = await readPolicy(policy);
  try {
    return anchorsIn(path, openAll(await readEvidence(evidence), signers));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const [{ message, fix }] = error.refusals;
    throw new UsageError('evidence-untrusted', message, { next: fix, cause: error });
  }
}

async function show({ path, anchors, format }: Asked, last = Number.POSITIVE_INFINITY): Promise<ExitCode> {
  const newest: Entry[] = [];
  let printed = 0;
  const print = (entry: Entry) => {
    const before = printed === 0 ? '[\n' : ',\n';
    process.stdout.write(format === 'json' ? `${before}${serialize(entry)}` : `${humanLine(entry)}\n`);
    printed += 1;
  };
  const exitCode = await codeOf(async () => {
    for await (const entry of readHistory(path, anchors)) {
      if (last === Number.POSITIVE_INFINITY) print(entry);
      else if (newest.push(entry) > last) newest.shift();
    }
  });
  for (const entry of newest) print(entry);
  if (format === 'json') process.stdout.write(printed === 0 ? '[]\n' : '\n]\n');
  return exitCode;
}

/** To those who ask about the history itself, damage is an answer. */
async function codeOf(work: () => Promise<void>): Promise<ExitCode> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!(error instanceof HistoryDamaged || error instanceof HistoryTorn)) throw error;
    reportError(error);
    return 1;
  }
}

async function verify({ path, anchors, format }: Asked): Promise<ExitCode> {
  const found = await verifyHistory(path, anchors);
  const { entries, head, backwards } = found;
  if (format === 'json') {
    const { bytes: _bytes, ...shown } = found;
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  } else if (found.status === 'damaged') {
    process.stdout.write(`damaged [${found.damage.kind}] ${found.damage.message}\n`);
    if (found.damage.kind === 'torn') process.stdout.write(`  do: odoo-gate history repair ${path}\n`);
  } else {
    process.stdout.write(`intact: ${entries} entries\n`);
    if (head !== undefined) process.stdout.write(`  anchor ${formatAnchor(head)}\n`);
  }
  if (format === 'text' && backwards > 0) {
    process.stdout.write(`  note: entries older than the one before them: ${backwards}; clocks differed\n`);
  }
  return found.status === 'intact' ? 0 : 1;
}

function repair({ path, anchors, format }: Asked, operator: string): Promise<ExitCode> {
  return codeOf(async () => {
    const done = await repairHistory(path, operator, { anchors });
    if (format === 'json') process.stdout.write(`${JSON.stringify(done)}\n`);
    else if (done.outcome === 'nothing-to-repair') process.stdout.write('intact: nothing to repair\n');
    else process.stdout.write(`${done.outcome}: line ${done.line}, ${done.bytes} bytes\n`);
  });
}

function anchorIn(
  registry: RegistryClient,
  { path, name, format }: { path: string; name: string; format: 'text' | 'json' },
): Promise<ExitCode> {
  return codeOf(async () => {
    const done = await pushAnchor(path, registry, name);
    const text = `${done.status}: ${formatAnchor(done.anchor)}`;
    process.stdout.write(format === 'json' ? `${JSON.stringify(done)}\n` : `${text}\n`);
  });
}

/** Asked for, it has to be there: who removed it could have removed entries. */
async function registryAnchor(registry: RegistryClient, name: string): Promise<Anchor> {
  const found = await readAnchor(registry, name);
  if (found !== undefined) return found;
  throw new InfrastructureError('history-anchor-missing', `The registry has no anchor history-${name}.`, {
    next: 'Check --repository and --name; if nobody has anchored this history yet, odoo-gate history anchor does.',
  });
}

function connect({ repository }: { repository?: string | undefined }, signal: AbortSignal): RegistryClient {
  if (repository !== undefined) return connectRegistry(parseRepository(repository), { signal });
  throw new UsageError('options', '--repository is missing: it says in which registry the anchor is.', {
    next: 'Give it as HOST[:PORT]/NAME.',
  });
}

async function assertThere(path: string): Promise<void> {
  await stat(path).catch((cause: { code?: string }) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') return;
    throw new UsageError('history-missing', `There is no history "${path}".`, { next: 'Check its path.', cause });
  });
}
