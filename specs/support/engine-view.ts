import { createServer, type IncomingMessage, request } from 'node:http';
import { connectEngine } from '../../harness/stack/engine.ts';
import { RUN_LABEL } from '../../harness/stack/run-identity.ts';
import { listen } from './local-server.ts';

type Listed = { Labels?: Record<string, string> | null };

/**
 * The engine, seen through a hole: of all that it lists only what belongs to `run` is shown. So `clean --all` can be tried
 * on a machine whose user keeps stacks. Returns what DOCKER_HOST has to be; gone with the test.
 */
export async function engineShowingOnly(run: string): Promise<string> {
  const { socketPath, host, port } = (await connectEngine()).docker.modem as {
    socketPath?: string;
    host?: string;
    port?: number;
  };
  const isOfRun = ({ Labels }: Listed) => Labels?.[RUN_LABEL] === run;
  const server = createServer((asked, answer) => {
    const { method, headers, url: path } = asked;
    const target = socketPath === undefined ? { host, port } : { socketPath };
    const forwarded = request({ ...target, method, headers, path }, async (reply) => {
      const lists = /\/(containers\/json|networks|volumes)(\?|$)/.test(path ?? '') && method === 'GET';
      if (!lists) {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
        return;
      }
      const listed = JSON.parse(await textOf(reply)) as Listed[] | { Volumes: Listed[] | null };
      const shown = Array.isArray(listed)
        ? listed.filter(isOfRun)
        : { ...listed, Volumes: (listed.Volumes ?? []).filter(isOfRun) };
      answer.writeHead(reply.statusCode ?? 502, { 'content-type': 'application/json' }).end(JSON.stringify(shown));
    });
    forwarded.on('error', () => answer.destroy());
    asked.pipe(forwarded);
  });
  return `tcp://127.0.0.1:${await listen(server)}`;
}

async function textOf(message: IncomingMessage): Promise<string> {
  return (await message.setEncoding('utf8').toArray()).join('');
}
