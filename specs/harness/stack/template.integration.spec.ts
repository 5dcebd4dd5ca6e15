import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentProgress } from '../../../harness/progress.ts';
import { resolveImage } from '../../../harness/stack/image.ts';
import { type RunningPostgres, startPostgres } from '../../../harness/stack/postgres.ts';
import { type RunContext, withRun } from '../../../harness/stack/run-context.ts';
import {
  removeAllTemplates,
  type Template,
  type TemplateRecipe,
  useTemplate,
} from '../../../harness/stack/template.ts';
import { useInRun } from '../../support/in-run.ts';

// A cache of its own: what the machine has cached stays as it is.
const cache = await mkdtemp(join(tmpdir(), 'odoo-gate-spec-'));
beforeAll(() => void vi.stubEnv('ODOO_GATE_CACHE_FOLDER', cache));
const context = useInRun(async (run) => ({
  ...run,
  postgresImage: (await resolveImage(run.engine, 'postgres:17', run.progress)).id,
}));
afterAll(async () => {
  await removeAllTemplates(context().engine);
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

let made = 0;

/** A small database and one file, made as often as `made` counts. */
function recipe(name: string, change: Partial<TemplateRecipe> = {}): TemplateRecipe {
  return {
    ingredients: { spec: name },
    title: name,
    make: async ({ programs }, filestore) => {
      made += 1;
      await programs.run('psql', [
        '-X',
        '-q',
        '-d',
        'postgres',
        '-c',
        'CREATE TABLE note (text text)',
        '-c',
        `INSERT INTO note VALUES ('${name}')`,
      ]);
      await writeFile(join(filestore, 'the-file'), name);
    },
    ...change,
  };
}

async function counting<T>(work: () => Promise<T>): Promise<{ result: T; times: number }> {
  const before = made;
  return { result: await work(), times: made - before };
}

async function sql(postgres: RunningPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.address('postgres'));
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const start = ({ postgresImage }: Template) => startPostgres(context().engine, { ...context(), image: postgresImage });

/** Another run beside this one. */
function inAnotherRun<T>(work: (run: RunContext & { postgresImage: string }) => Promise<T>): Promise<T> {
  const { postgresImage } = context();
  return withRun({ progress: silentProgress, signal: new AbortController().signal }, (run) =>
    work({ ...run, postgresImage }),
  );
}

describe('a template', () => {
  let template: Template;
  let servers: [RunningPostgres, RunningPostgres];
  beforeAll(async () => {
    template = await useTemplate(context(), recipe('shared'));
    servers = await Promise.all([start(template), start(template)]);
  });

  test('is made once for the same recipe', async () => {
    const { result, times } = await counting(() => useTemplate(context(), recipe('shared')));
    expect([result, times]).toEqual([template, 0]);
  });

  test('remembers its files', async () => {
    expect(await readFile(join(template.filestore, 'the-file'), 'utf8')).toBe('shared');
  });

  test('gives each server its own copy: a write in one is not seen in the other', async () => {
    const [one, other] = servers;
    await sql(one, "UPDATE note SET text = 'changed'");
    expect(await sql(other, 'SELECT text FROM note')).toEqual([{ text: 'shared' }]);
    const third = await start(template);
    expect(await sql(third, 'SELECT text FROM note')).toEqual([{ text: 'shared' }]);
    await third.container.remove({ force: true, v: true });
  });

  test('was shut down cleanly: what starts from it has nothing to recover', async () => {
    const log = (await servers[1].container.logs({ stdout: true, stderr: true })).toString();
    expect(log).toContain('ready to accept connections');
    expect(log).not.toMatch(/recovery|interrupted|not properly shut down/i);
  });

  test('lets nobody in with the password that it was made with', async () => {
    const { Config } = await context().engine.docker.getImage(template.postgresImage).inspect();
    const old = Config.Env?.find((variable) => variable.startsWith('POSTGRES_PASSWORD='))?.split('=')[1] ?? '';
    expect(old).toMatch(/^\S{20,}$/);
    const client = new pg.Client({ ...servers[0].address('postgres'), password: old });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  test('that a container runs from is not removed', async () => {
    await removeAllTemplates(context().engine);
    expect((await counting(() => useTemplate(context(), recipe('shared')))).times).toBe(0);
  });

  test('is what it was, whatever image gets its tag', async () => {
    const tagged = await useTemplate(context(), recipe('swapped'));
    const { docker } = context().engine;
    await docker.getImage(context().postgresImage).tag({ repo: 'odoo-gate/template', tag: tagged.key });
    const found = await useTemplate(context(), recipe('swapped'));
    const { Id: id } = await docker.getImage(tagged.postgresImage).inspect();
    expect(found.postgresImage).toBe(id);
    await docker.getImage(tagged.postgresImage).remove();
  });
});

test('two runs at the same time make one template once', async () => {
  const { result, times } = await counting(() =>
    Promise.all([
      useTemplate(context(), recipe('concurrent')),
      inAnotherRun((run) => useTemplate(run, recipe('concurrent'))),
    ]),
  );
  expect(times).toBe(1);
  expect(result[0]).toEqual(result[1]);
});

describe('a template is not there', () => {
  test('after its server was killed while it was made', async () => {
    const killed = recipe('killed', { make: ({ container }) => container.kill() });
    await expect(useTemplate(context(), killed)).rejects.toThrow();
    expect((await counting(() => useTemplate(context(), recipe('killed')))).times).toBe(1);
  });

  test('after its run was called off, and what was half made is not in the next', async () => {
    const abort = new AbortController();
    const running = withRun({ progress: silentProgress, signal: abort.signal }, (run) =>
      useTemplate(
        { ...run, postgresImage: context().postgresImage },
        recipe('called-off', {
          make: async ({ programs }, filestore) => {
            await writeFile(join(filestore, 'half'), '');
            const restoring = programs.run('psql', ['-d', 'postgres', '-c', 'SELECT pg_sleep(60)']);
            abort.abort(new Error('called off'));
            await restoring;
          },
        }),
      ),
    );
    await expect(running).rejects.toThrow('called off');
    const { result, times } = await counting(() => useTemplate(context(), recipe('called-off')));
    expect([times, existsSync(join(result.filestore, 'half'))]).toEqual([1, false]);
  });

  test('after its image was removed', async () => {
    const template = await useTemplate(context(), recipe('gone'));
    await context().engine.docker.getImage(`odoo-gate/template:${template.key}`).remove();
    expect((await counting(() => useTemplate(context(), recipe('gone')))).times).toBe(1);
  });
});

test('a run that waits for another one to make a template can be called off', async () => {
  const [making, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = recipe('slow', {
    make: async () => {
      making.resolve();
      await finish.promise;
    },
  });
  const maker = inAnotherRun((run) => useTemplate(run, slow));
  await making.promise;
  const abort = new AbortController();
  const waiting = useTemplate({ ...context(), signal: abort.signal }, slow);
  abort.abort(new Error('called off'));
  await expect(waiting).rejects.toThrow('called off');
  finish.resolve();
  await maker;
});

test('the templates used last are kept, with the one just made; the oldest goes with its files', async () => {
  await removeAllTemplates(context().engine);
  const oldest = await useTemplate(context(), recipe('oldest'));
  await utimes(join(oldest.filestore, '..', 'template.json'), 1_000_000, 1_000_000);
  await useTemplate(context(), recipe('newest'));
  expect(existsSync(oldest.filestore)).toBe(false);
  await expect(context().engine.docker.getImage(oldest.postgresImage).inspect()).rejects.toMatchObject({
    statusCode: 404,
  });
  expect((await counting(() => useTemplate(context(), recipe('newest')))).times).toBe(0);
});
