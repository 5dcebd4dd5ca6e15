import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GenericContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { silentProgress } from '../../harness/progress.ts';
import { resolveImage } from '../../harness/stack/image.ts';
import { addressOnlyOn } from '../../harness/stack/network.ts';
import { type RunContext, withRun } from '../../harness/stack/run-context.ts';

interface Exchange {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
}

/** What a test puts between client and registry: `forward` asks the real one. */
type Intercept = (exchange: Exchange, forward: () => Promise<Response>) => Promise<Response>;

/** A real registry behind an address of this machine. */
export interface TestRegistry {
  /** `localhost:40123`. */
  host: string;
  /** Its own address, which is not one of loopback. */
  outsideLoopback: string;
  /** Every request of this test, in order. */
  exchanges: Exchange[];
  /** Until the test ends. */
  intercept(intercept: Intercept): void;
  /** Pushes a tiny image under a tag; `content` makes its digest. */
  pushImage(name: string, tag: string, content: string): Promise<Pushed>;
  /** Pushes an index over two tiny images under a tag. */
  pushIndex(name: string, tag: string, content: string): Promise<Pushed & { children: Pushed[] }>;
  /** Reads past the intercept. */
  digestOf(name: string, tag: string): Promise<string | null>;
}

export interface Pushed {
  digest: string;
  text: string;
  mediaType: string;
}

const OCI = 'application/vnd.oci.image';

/** How the registry asks for a login: its own settings and the files that they name. */
export interface RegistryLogin {
  environment: Record<string, string>;
  files: { target: string; content: string }[];
}

const WITHOUT_DELETE = { REGISTRY_STORAGE_DELETE_ENABLED: 'false' };
/** Unless told so, the registry deletes nothing. */
export const WITH_DELETE = { REGISTRY_STORAGE_DELETE_ENABLED: 'true' };

/** Registers hooks for a registry that lives as long as the spec file. `settings` are its own variables. */
export function useRegistry(
  login?: () => Promise<RegistryLogin>,
  settings: Readonly<Record<string, string>> = {},
): () => TestRegistry {
  let registry: TestRegistry & { reset(): void; close(): void };
  const stop = Promise.withResolvers<void>();
  let finished: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    const ready = Promise.withResolvers<void>();
    finished = withRun({ progress: silentProgress, signal: new AbortController().signal }, async (context) => {
      registry = await forwardTo(await startRegistry(context, settings, await login?.()));
      ready.resolve();
      await stop.promise;
      registry.close();
    });
    await Promise.race([ready.promise, finished]);
  });
  beforeEach(() => registry.reset());
  afterAll(async () => {
    stop.resolve();
    await finished;
  });
  return () => registry;
}

async function startRegistry(
  { engine, run, network, progress }: RunContext,
  settings: Readonly<Record<string, string>>,
  login?: RegistryLogin,
): Promise<URL> {
  const image = await resolveImage(engine, 'registry:2', progress);
  const container = new GenericContainer(image.id)
    .withLabels(run.labels)
    .withNetworkMode(network.name)
    .withEnvironment({ ...WITHOUT_DELETE, ...settings, ...login?.environment })
    .withCopyContentToContainer(login?.files ?? [])
    .withWaitStrategy(Wait.forLogMessage(/listening on/));
  const started = await container.start();
  const address = await addressOnlyOn(network, engine.docker.getContainer(started.getId()));
  return new URL(`http://${address}:5000`);
}

/** The client speaks plain http on loopback only, so the registry gets an address there. */
async function forwardTo(target: URL) {
  const direct: Intercept = (_exchange, forward) => forward();
  let intercept = direct;
  let exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const exchange = { method, path, headers };
    exchanges.push(exchange);
    const body = Buffer.concat(await request.toArray());
    const { connection: _connection, host: asked = '', 'content-length': _length, ...passedOn } = headers;
    const forward = () =>
      fetch(new URL(path, target), {
        method,
        // As proxies do, so that the registry names itself by the address that it was asked under.
        headers: { ...(passedOn as Record<string, string>), 'x-forwarded-host': asked },
        body: body.length > 0 ? body : null,
        redirect: 'manual',
      });
    try {
      const answer = await intercept(exchange, forward);
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes);
    } catch {
      // What an intercept throws is a broken connection.
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    host,
    outsideLoopback: target.host,
    get exchanges() {
      return exchanges;
    },
    intercept: (next: Intercept) => {
      intercept = next;
    },
    reset: () => {
      intercept = direct;
      exchanges = [];
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    pushImage: (name: string, tag: string, content: string) => pushImage(new URL(`/v2/${name}/`, target), tag, content),
    pushIndex: (name: string, tag: string, content: string) => pushIndex(new URL(`/v2/${name}/`, target), tag, content),
    digestOf: async (name: string, tag: string) => {
      const accept = [`${OCI}.index.v1+json`, `${OCI}.manifest.v1+json`].join(', ');
      const answer = await fetch(new URL(`/v2/${name}/manifests/${tag}`, target), {
        method: 'HEAD',
        headers: { accept },
      });
      return answer.headers.get('docker-content-digest');
    },
  };
}

async function pushImage(repository: URL, tag: string | undefined, content: string): Promise<Pushed> {
  const blobs = {
    config: await pushBlob(repository, JSON.stringify({ architecture: 'amd64', os: 'linux', comment: content })),
    layer: await pushBlob(repository, `layer of ${content}`),
  };
  // Odd spacing on purpose: written anew, the manifest would have another digest.
  const text = `{ "schemaVersion":2,  "mediaType": "${OCI}.manifest.v1+json",
    "config": {"mediaType": "${OCI}.config.v1+json", "digest": "${blobs.config.digest}", "size": ${blobs.config.size}},
    "layers": [ {"mediaType": "${OCI}.layer.v1.tar", "digest": "${blobs.layer.digest}", "size": ${blobs.layer.size}} ] }\n`;
  return pushManifest(repository, tag, text, `${OCI}.manifest.v1+json`);
}

async function pushIndex(repository: URL, tag: string, content: string) {
  const amd64 = await pushImage(repository, undefined, `${content} amd64`);
  const arm64 = await pushImage(repository, undefined, `${content} arm64`);
  const entry = ({ digest, text, mediaType }: Pushed, architecture: string) =>
    `{"mediaType": "${mediaType}", "digest": "${digest}", "size": ${text.length}, "platform": {"os": "linux", "architecture": "${architecture}"}}`;
  const text = `{"schemaVersion": 2, "mediaType": "${OCI}.index.v1+json",
    "manifests": [${entry(amd64, 'amd64')},   ${entry(arm64, 'arm64')}]}`;
  return { ...(await pushManifest(repository, tag, text, `${OCI}.index.v1+json`)), children: [amd64, arm64] };
}

async function pushManifest(repository: URL, tag: string | undefined, text: string, mediaType: string) {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const url = new URL(`manifests/${tag ?? digest}`, repository);
  const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body: text });
  if (answer.status !== 201)
    throw new Error(`the registry refused a manifest: ${answer.status} ${await answer.text()}`);
  return { digest, text, mediaType };
}

async function pushBlob(repository: URL, content: string): Promise<{ digest: string; size: number }> {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  const opened = await fetch(new URL('blobs/uploads/', repository), { method: 'POST' });
  const upload = new URL(opened.headers.get('location') ?? '', repository);
  upload.searchParams.set('digest', digest);
  const answer = await fetch(upload, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: content,
  });
  if (answer.status !== 201) throw new Error(`the registry refused a blob: ${answer.status} ${await answer.text()}`);
  return { digest, size: content.length };
}
