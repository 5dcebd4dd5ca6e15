import { type Engine, isGone } from './engine.ts';
import { removeLeftRunFolders, removeRunFolder } from './run-folder.ts';
import { KEEP_LABEL, OWNER_LABEL, ownerLives, RUN_LABEL } from './run-identity.ts';

/** What was removed. */
export interface Removed {
  containers: number;
  networks: number;
  volumes: number;
}

/** Removes all that one run started. Safe to call twice and while its containers still start. */
export async function removeRun(engine: Engine, runId: string): Promise<Removed> {
  await removeRunFolder(runId);
  return removeLabelled(engine, (labels) => labels[RUN_LABEL] === runId);
}

/** Removes what runs left whose process is gone; with `all` also what was kept on purpose. Live runs are never touched. */
export async function removeLeftovers(engine: Engine, { all = false } = {}): Promise<Removed> {
  await removeLeftRunFolders();
  return removeLabelled(engine, (labels) => {
    const owner = labels[OWNER_LABEL];
    if (labels[RUN_LABEL] === undefined || owner === undefined || ownerLives(owner)) return false;
    return all || labels[KEEP_LABEL] === undefined;
  });
}

async function removeLabelled({ docker }: Engine, mine: (labels: Record<string, string>) => boolean): Promise<Removed> {
  const filters = { label: [RUN_LABEL] };
  const removed: Removed = { containers: 0, networks: 0, volumes: 0 };

  const containers = await docker.listContainers({ all: true, filters });
  const counts = await Promise.all(
    containers
      .filter(({ Labels }) => mine(Labels))
      // `v`: the anonymous volumes that the image declares go with it.
      .map(({ Id }) => countUnlessGone(docker.getContainer(Id).remove({ force: true, v: true }))),
  );
  removed.containers = counts.filter((count) => count === 1).length;
  for (const { Id, Labels } of await docker.listNetworks({ filters })) {
    if (mine(Labels ?? {})) removed.networks += await countUnlessGone(docker.getNetwork(Id).remove());
  }
  for (const { Name, Labels } of (await docker.listVolumes({ filters })).Volumes ?? []) {
    if (mine(Labels ?? {})) removed.volumes += await countUnlessGone(docker.getVolume(Name).remove());
  }
  return removed;
}

async function countUnlessGone(removal: Promise<unknown>): Promise<0 | 1> {
  try {
    await removal;
    return 1;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}
