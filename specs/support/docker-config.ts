import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A folder with this Docker configuration, gone with the test. */
export async function dockerConfig(config: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'odoo-gate-docker-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return folder;
}

/** As `docker login` would have left it, for the rest of the test. */
export async function storeLogin(host: string, user: string, password: string): Promise<void> {
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  vi.stubEnv('DOCKER_CONFIG', await dockerConfig({ auths: { [host]: { auth } } }));
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** As a registry leaves it that hands out identity tokens at login. */
export async function storeIdentityToken(host: string, identitytoken: string): Promise<void> {
  vi.stubEnv('DOCKER_CONFIG', await dockerConfig({ auths: { [host]: { auth: '', identitytoken } } }));
  onTestFinished(() => void vi.unstubAllEnvs());
}
