import { InfrastructureError } from '../errors.ts';
import { type BaselineStore, commitsAmong } from './baseline-store.ts';
import { askGit, git } from './git.ts';

const MOST_TRIES = 3;
const AUTHOR = { NAME: 'odoo-gate', EMAIL: 'odoo-gate@localhost' };

/**
 * Baselines in a branch of their own. It is read and written as objects: the work tree, the index and the branch that is
 * checked out are never touched. With `push` it is brought to `origin`, on top of what others have brought there.
 */
export function branchStore(root: string, branch: string, { push }: { push: boolean }): BaselineStore {
  const local = `refs/heads/${branch}`;
  const remote = `refs/remotes/origin/${branch}`;
  const tipOf = async (ref: string) =>
    (await askGit(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]))?.trim();
  /** What was pushed counts before what lies here: only that others see. */
  const tips = async () => (await Promise.all([tipOf(remote), tipOf(local)])).filter((tip) => tip !== undefined);
  const namesAt = async (tip: string) => (await git(root, ['ls-tree', '--name-only', '-z', tip])).split('\0');

  return {
    name: `branch ${branch}`,
    commits: async () => commitsAmong((await Promise.all((await tips()).map(namesAt))).flat()),
    read: async (commit) => {
      const name = `${commit}.json`;
      const found: string[] = [];
      for (const tip of await tips()) if ((await namesAt(tip)).includes(name)) found.push(tip);
      return git(root, ['cat-file', 'blob', `${found[0] ?? local}:${name}`]);
    },
    save: async (commit, content) => {
      await git(root, ['check-ref-format', local]);
      const blob = (await git(root, ['hash-object', '-w', '--stdin'], { input: content })).trim();
      for (let tries = 1; ; tries += 1) {
        if (push) await askGit(root, ['fetch', '--quiet', '--no-tags', 'origin', `+${local}:${remote}`]);
        const before = await tipOf(local);
        const parent = push ? ((await tipOf(remote)) ?? before) : before;
        const next = await commitWith(root, parent, `${commit}.json`, blob);
        if (!push) {
          // The old value makes git refuse where another has moved the branch meanwhile.
          await git(root, ['update-ref', local, next, before ?? '0'.repeat(next.length)]);
          return;
        }
        if ((await askGit(root, ['push', '--quiet', 'origin', `${next}:${local}`])) !== undefined) {
          await git(root, ['update-ref', remote, next]);
          return;
        }
        if (tries === MOST_TRIES) throw notPushed(branch);
      }
    },
  };
}

/** A commit that has the files of its parent, and this one. */
async function commitWith(root: string, parent: string | undefined, name: string, blob: string): Promise<string> {
  const entries = parent === undefined ? [] : (await git(root, ['ls-tree', '-z', parent])).split('\0');
  const others = entries.filter((entry) => entry !== '' && !entry.endsWith(`\t${name}`));
  const tree = await git(root, ['mktree', '-z'], {
    input: `${[...others, `100644 blob ${blob}\t${name}`].join('\0')}\0`,
  });
  const parents = parent === undefined ? [] : ['-p', parent];
  const commit = await git(root, ['commit-tree', tree.trim(), ...parents, '-m', `Coverage of ${name.slice(0, 12)}`], {
    env: Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) =>
        Object.entries(AUTHOR).map(([key, value]) => [`GIT_${who}_${key}`, value]),
      ),
    ),
  });
  return commit.trim();
}

function notPushed(branch: string): InfrastructureError {
  return new InfrastructureError('coverage-baseline-not-saved', `branch ${branch} could not be pushed to origin`, {
    next: 'Check that the job may write to the repository (`contents: write` on GitHub).',
  });
}
