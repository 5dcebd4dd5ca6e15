import { createInterface } from 'node:readline/promises';
import { type Approval, wordsFor } from '../deploy/approve/approval.ts';
import type { AskedFor } from '../deploy/promote/approval-for.ts';

/** Whether there is a person to ask. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks every question and for the words that approve, on the terminal. The first no ends it. */
export async function askApproval(
  { repository, digest, from, to, questions }: AskedFor,
  signal: AbortSignal,
): Promise<Pick<Approval, 'answers' | 'typed'>> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answers: Approval['answers'] = [];
  try {
    process.stderr.write(`\n${repository}\n  ${from} → ${to}\n  ${digest}\n\n`);
    for (const question of questions) {
      const said = await terminal.question(`${question} [yes/no] `, { signal });
      const answer = /^(y|yes)$/i.test(said.trim()) ? 'yes' : 'no';
      answers.push({ question, answer });
      if (answer === 'no') return { answers, typed: '' };
    }
    const typed = await terminal.question(`Type "${wordsFor(digest)}" to approve: `, { signal });
    return { answers, typed: typed.trim() };
  } finally {
    terminal.close();
  }
}
