import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import { connectEngine, type Docker } from '../../harness/stack/engine.ts';
import { OWNER_LABEL } from '../../harness/stack/run-identity.ts';

/** Names and ids of what the engine holds. */
export interface Holdings {
  containers: string[];
  networks: string[];
  volumes: string[];
}

export const NOTHING: Holdings = { containers: [], networks: [], volumes: [] };

export interface EngineWatch {
  docker: Docker;
  /** All that a process of odoo-gate has started so far, with the anonymous volumes, which carry no label. */
  startedBy(pid: number): Holdings;
  /** What of that is still there. */
  leftBy(pid: number): Promise<Holdings>;
}

interface EngineEvent {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
}

/** Registers hooks that follow the engine's events through the spec file: colleagues' containers are told apart by owner. */
export function useEngineWatch(): () => EngineWatch {
  let watch: EngineWatch | undefined;
  let stop = () => {};
  beforeAll(async () => {
    const { docker } = await connectEngine();
    const stream = (await docker.getEvents({
      filters: { type: ['container', 'volume', 'network'], event: ['create', 'mount', 'connect'] },
    })) as Readable;
    stop = () => stream.destroy();
    watch = follow(docker, stream);
  });
  afterAll(() => stop());
  return () => {
    if (watch === undefined) throw new Error('the engine is watched only within a test');
    return watch;
  };
}

function follow(docker: Docker, stream: Readable): EngineWatch {
  const owners = new Map<string, string>();
  const used: { container: string; kind: 'networks' | 'volumes'; id: string }[] = [];
  createInterface({ input: stream }).on('line', (line) => {
    const { Type, Action, Actor } = JSON.parse(line) as EngineEvent;
    const { container = '', [OWNER_LABEL]: owner, name = '', type } = Actor.Attributes;
    if (Type === 'container' && owner !== undefined) owners.set(Actor.ID, owner);
    if (Type === 'volume' && Action === 'mount') used.push({ container, kind: 'volumes', id: Actor.ID });
    // `host` and `none` are the engine's own.
    if (Type === 'network' && Action === 'connect' && type === 'bridge')
      used.push({ container, kind: 'networks', id: name });
  });

  const startedBy = (pid: number): Holdings => {
    const containers = [...owners].filter(([, owner]) => isOf(owner, pid)).map(([id]) => id);
    const usedAs = (wanted: string) => [
      ...new Set(used.filter(({ container, kind }) => kind === wanted && containers.includes(container)).map(idOf)),
    ];
    return { containers, networks: usedAs('networks'), volumes: usedAs('volumes') };
  };
  return {
    docker,
    startedBy,
    leftBy: async (pid) => {
      const started = startedBy(pid);
      const [containers, networks, volumes] = await Promise.all([
        docker.listContainers({ all: true }),
        docker.listNetworks(),
        docker.listVolumes(),
      ]);
      // By label as well: what was made but never started or joined.
      const isMine = (labels: Record<string, string> | undefined) => isOf(labels?.[OWNER_LABEL] ?? '', pid);
      return {
        containers: containers
          .filter(({ Id, Labels }) => started.containers.includes(Id) || isMine(Labels))
          .map(({ Id }) => Id)
          .sort(),
        networks: networks
          .filter(({ Name, Labels }) => started.networks.includes(Name) || isMine(Labels))
          .map(({ Name }) => Name)
          .sort(),
        volumes: (volumes.Volumes ?? [])
          .filter(({ Name, Labels }) => started.volumes.includes(Name) || isMine(Labels))
          .map(({ Name }) => Name)
          .sort(),
      };
    },
  };
}

/** The owner label is `host/boot/pid.starttime`. */
function isOf(owner: string, pid: number): boolean {
  return owner.split('/')[2]?.startsWith(`${pid}.`) ?? false;
}

function idOf({ id }: { id: string }): string {
  return id;
}
