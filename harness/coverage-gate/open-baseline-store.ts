import { branchStore } from './baseline-branch.ts';
import { folderStore } from './baseline-folder.ts';
import type { BaselineStore } from './baseline-store.ts';

/** `branch:NAME` is a branch of the repository, anything else a folder, such as an unpacked artifact of CI. */
export function openStore(where: string, root: string, { push }: { push: boolean }): BaselineStore {
  const [, branch] = /^branch:(.+)$/.exec(where) ?? [];
  return branch === undefined ? folderStore(where) : branchStore(root, branch, { push });
}
