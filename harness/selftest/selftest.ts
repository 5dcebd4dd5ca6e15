import { availableParallelism } from 'node:os';
import type pg from 'pg';
import type { CheckResult } from '../check.ts';
import type { UserRule } from '../config/user-rules.ts';
import { connect, type DatabaseAddress } from '../database/connection.ts';
import { withReadOnlySession } from '../database/read-only.ts';
import type { Progress } from '../progress.ts';
import { residueCheck } from '../residue/residue-check.ts';
import { runChecks } from '../run.ts';
import { ruleSetsWith, sanitizeChecksWith } from '../sanitize-checks/checks.ts';
import { type SanitizeOptions, sanitizeContext } from '../sanitize-checks/context.ts';
import { fixedPoint } from '../sanitize-checks/fixed-point/fixed-point.ts';
import type { ModuleCode } from '../stack/module-code.ts';
import { allMutations } from './all-mutations.ts';
import { type OwnedRule, rulesOf } from './from-rules.ts';
import type { Fate, Mutation } from './mutation.ts';
import { cheapenPasswords, withClones } from './scratch.ts';
import { castSecondNets, type SecondNets } from './second-nets.ts';
import { tryAll } from './try-all.ts';
import { tryResidue } from './try-residue.ts';

export interface SelftestRequest {
  /** A sanitized and anonymized database that nobody is connected to, as a superuser. Clones of it are armed, never itself. */
  address: DatabaseAddress;
  baseUrl: URL;
  stagingPassword: string;
  /** The code of its modules; without it the fixed point is left out. */
  modules: ModuleCode | { unknown: string };
  rules?: readonly UserRule[];
  /** Ids of the checks to try; without it all. */
  only?: readonly string[];
  progress: Progress;
  signal: AbortSignal;
}

export interface Tried extends Pick<Mutation, 'check' | 'location' | 'kind'> {
  fate: Fate;
}

/** What was tried, and what came of it. */
export interface SelftestResult {
  /** Every check on the copy as it is: none may fail. */
  clean: readonly CheckResult[];
  tried: readonly Tried[];
  /** Rules that spoke to no mutation. */
  silentRules: readonly { check: string; location: string }[];
  secondNets: SecondNets | undefined;
}

/** Ids of the checks that are tried out. */
export function selftestIds(rules: readonly UserRule[] = []): string[] {
  return [...sanitizeChecksWith({ rules }).map(({ id }) => id), fixedPoint.id, residueCheck.id];
}

const MOST_CLONES = 4;

/** Holds the clean copy to every check, then arms clones of it, one mutation at a time, and asks the check that has to see it. */
export async function selftest(request: SelftestRequest): Promise<SelftestResult> {
  const { address, baseUrl, stagingPassword, rules = [], progress } = request;
  const only = request.only ?? selftestIds(rules);
  const options = { baseUrl, stagingPassword };
  const cleanly = await lookAtClean(request, options, only);

  const opponents = new Map(
    sanitizeChecksWith({ rules }).flatMap((check) => {
      const clean = cleanly.results.find(({ id }) => id === check.id);
      return clean === undefined ? [] : [[check.id, { check, clean }] as const];
    }),
  );
  const mutations = allMutations(cleanly.rules, cleanly.context, baseUrl).filter(({ check }) => opponents.has(check));
  const clones = Math.min(MOST_CLONES, Math.max(2, availableParallelism()));
  return withClones(
    address,
    clones,
    async (clone) => {
      const judged = cleanly.results.some(({ id, status }) => id === 'sanitize.credentials' && status === 'passed');
      if (judged) await cheapenPasswords(clone, stagingPassword);
    },
    (clones) =>
      withClients(clones, async (clients) => {
        const tried = await progress.step(`arm one thing at a time, in ${clones.length} clones`, (detail) =>
          tryAll(request.signal, clients, mutations, opponents, cleanly.context, detail),
        );
        const [first, second] = clones;
        const caught = [...tried].filter(
          ([{ arms, check }, { is }]) => is === 'killed' && arms === 'wire' && isRule(check),
        );
        const [secondNets, residue] = await Promise.all([
          caught.length === 0
            ? undefined
            : progress.step('arm all wires at once, and ask what knows no rule', () =>
                castSecondNets(
                  first,
                  clients[0],
                  caught.map(([mutation]) => mutation),
                  only.includes(fixedPoint.id) ? request.modules : { unknown: 'not asked for' },
                  options,
                ),
              ),
          only.includes(residueCheck.id)
            ? tryResidue(second ?? first, clients[1] ?? clients[0], cleanly.context, progress)
            : { clean: [], tried: [] },
        ]);
        return {
          clean: [...cleanly.results, ...residue.clean],
          tried: [...[...tried].map(([mutation, fate]) => ({ ...mutation, fate })), ...residue.tried].map(publicly),
          silentRules: silentRules(cleanly.rules, tried),
          secondNets,
        };
      }),
  );
}

/** Not the census, whose mutations are made of what no rule names; not the catalogs of the server, which clones share. */
function isRule(check: string): boolean {
  return !['sanitize.secrets', 'sanitize.postgres'].includes(check);
}

function publicly({ check, location, kind, fate }: Tried): Tried {
  return { check, location, kind, fate };
}

async function lookAtClean(
  { address, modules, rules = [], progress }: SelftestRequest,
  options: SanitizeOptions,
  only: readonly string[],
) {
  const sets = ruleSetsWith(rules).filter(({ id }) => only.includes(id));
  const known = !('unknown' in modules);
  return progress.step('hold the clean copy to every check', async (detail) => {
    const neutral = known && only.includes(fixedPoint.id) ? await runChecks([fixedPoint], { address, modules }) : [];
    return withReadOnlySession(address, async (session) => {
      const context = await sanitizeContext(session, options);
      const chosen = sanitizeChecksWith({ rules }).filter(({ id }) => only.includes(id));
      const results = await runChecks(chosen, context, { onResult: ({ id }) => detail(id) });
      return { context, results: [...results, ...neutral], rules: rulesOf(sets, context) };
    });
  });
}

function silentRules(rules: readonly OwnedRule[], tried: ReadonlyMap<Mutation, Fate>) {
  const key = (check: string, location: string, message: string) => JSON.stringify([check, location, message]);
  const spoken = new Set(
    [...tried].flatMap(([{ check, location }, fate]) =>
      fate.is === 'killed' ? fate.messages.map((message) => key(check, location, message)) : [],
    ),
  );
  return rules
    .filter(({ check, location, rule }) => !spoken.has(key(check, location, rule.says)))
    .map(({ check, location }) => ({ check, location }));
}

async function withClients<T>(
  clones: readonly DatabaseAddress[],
  work: (clients: readonly [pg.Client, ...pg.Client[]]) => Promise<T>,
): Promise<T> {
  const clients: pg.Client[] = [];
  try {
    for (const clone of clones) clients.push(await connect(clone, 'odoo-gate selftest'));
    const [first, ...others] = clients;
    if (first === undefined) throw new Error('at least one clone');
    return await work([first, ...others]);
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}
