import { type Check, inconclusive } from '../check.ts';
import type { SanitizeContext } from './context.ts';
import { judgedElsewhere } from './judged.ts';
import { type Examination, outcomeOf, type RuleSet } from './rule.ts';
import { whyUnreadable } from './unreadable.ts';

/** A check that looks at all columns of the database but those (`judged`) that a rule names. */
export function census(
  identity: Pick<Check<SanitizeContext>, 'id' | 'title' | 'severity'>,
  sets: readonly RuleSet[],
  examine: (context: SanitizeContext, judged: ReadonlySet<string>, total: Examination) => Promise<void>,
): Check<SanitizeContext> {
  return {
    ...identity,
    needs: ['sql'],
    async run(context) {
      if (context.database.kind === 'unknown') return inconclusive(context.database.reason);
      const total: Examination = { assertions: 0, findings: [], unclear: [] };
      try {
        await examine(context, judgedElsewhere(sets, context), total);
      } catch (error) {
        total.unclear.push(whyUnreadable('pg_attribute', error));
      }
      return outcomeOf(total);
    },
  };
}
