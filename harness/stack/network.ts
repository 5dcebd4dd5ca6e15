import { InfrastructureError } from '../errors.ts';
import { type Container, type Engine, isGone } from './engine.ts';
import type { Run } from './run-identity.ts';

/** A network that leads nowhere: nothing on it reaches the outside or resolves a name there; this machine reaches it. */
export interface CutOffNetwork {
  name: string;
  remove(): Promise<void>;
}

/**
 * Host settings of containers on it. Docker before 25.0.5 resolves names for an internal network too where the host's own
 * resolver is on loopback (CVE-2024-29018), and a name can carry data; with an upstream of their own, which does not
 * answer, containers are asked in their own network alone. The options keep Odoo from waiting 20 s for each such answer.
 */
export const NO_RESOLVER = { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] };

/** Makes the run's own `--internal` network. A restored production must not be able to send a single mail. */
export async function createCutOffNetwork({ docker }: Engine, run: Run): Promise<CutOffNetwork> {
  const name = `odoo-gate-${run.id}`;
  const network = await docker.createNetwork({ Name: name, Internal: true, CheckDuplicate: true, Labels: run.labels });
  return {
    name,
    remove: async () => {
      try {
        await network.remove();
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

/**
 * The container's address on the network, after making sure that it is on no other one.
 * (testcontainers joins containers with aliases to the default bridge as well, which leads out.)
 */
export async function addressOnlyOn(network: CutOffNetwork, container: Container): Promise<string> {
  const { NetworkSettings } = await container.inspect();
  const joined = Object.keys(NetworkSettings.Networks);
  const address = NetworkSettings.Networks[network.name]?.IPAddress;
  if (joined.length !== 1 || address === undefined || address === '') {
    throw new InfrastructureError(
      'not-cut-off',
      `A container is on the networks ${joined.join(', ') || 'none'}, not on its own alone.`,
      {
        next: 'This is a fault in odoo-gate or an engine that adds networks by itself: report it; nothing was verified.',
      },
    );
  }
  return address;
}
