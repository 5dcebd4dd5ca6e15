import type { ContainerRuntimeClient } from 'testcontainers';
import { InfrastructureError, messageOf } from '../errors.ts';

export type Docker = ContainerRuntimeClient['container']['dockerode'];
export type Container = ReturnType<Docker['getContainer']>;

/** A container engine that answers. */
export interface Engine {
  docker: Docker;
  client: ContainerRuntimeClient;
}

/** Finds the container engine that `DOCKER_HOST`, the docker context or the usual sockets name. */
export async function connectEngine(): Promise<Engine> {
  // There is no reaper image to pull on a closed network; labels, signal handlers and `odoo-gate clean` take its place.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    await client.container.dockerode.ping();
    return { docker: client.container.dockerode, client };
  } catch (cause) {
    throw new InfrastructureError('no-engine', `No container engine answers: ${messageOf(cause).split('\n')[0]}`, {
      next: 'Start Docker (on Debian or Ubuntu: `apt-get install docker.io`, then `dockerd`), or point DOCKER_HOST at one.',
      cause,
    });
  }
}

/** The engine's own words for "it is not there": 404, also while something else removes it. */
export function isGone(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode === 404 || statusCode === 409;
}
