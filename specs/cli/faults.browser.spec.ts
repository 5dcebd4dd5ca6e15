import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseReport } from '../../harness/report/json.ts';
import { removeRun } from '../../harness/stack/clean.ts';
import { type Container, connectEngine } from '../../harness/stack/engine.ts';
import { RUN_LABEL } from '../../harness/stack/run-identity.ts';
import { useDemoBackup } from '../support/demo-backup.ts';
import { engineShowingOnly } from '../support/engine-view.ts';
import { NOTHING, useEngineWatch } from '../support/engine-watch.ts';
import { descendantsOf, eventually, stillRunning } from '../support/processes.ts';
import { runCli, startCli } from '../support/run-cli.ts';

type ContainerInspectInfo = Awaited<ReturnType<Container['inspect']>>;

const backup = useDemoBackup();
const watch = useEngineWatch();

const BOOT = ['--only', 'sanitize.*,stack.boot'];

/** Starts a command on the demo's backup; whatever it started is removed with the test, even if that fails. */
function start(command: 'verify' | 'up', ...more: string[]) {
  const TMPDIR = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
  const args = [command, '--image', 'odoo:19', '--backup', backup().zip, '--format', 'json', ...more];
  const run = startCli(args, { env: { TMPDIR } });
  const { pid = 0 } = run.child;
  onTestFinished(async () => {
    run.child.kill('SIGKILL');
    await run.ended;
    const engine = await connectEngine();
    for (const { run: id } of await containersOf(pid)) await removeRun(engine, id);
    rmSync(TMPDIR, { recursive: true, force: true, maxRetries: 3 });
  });
  // testcontainers keeps one empty lock file for all of a user's processes.
  const temporaryFiles = () => readdirSync(TMPDIR).filter((name) => !/^testcontainers-node-.*\.lock$/.test(name));
  return { ...run, pid, temporaryFiles };
}

/** Both containers run, and the checks, which do so meanwhile, have been heard of. */
async function untilOdooStarts({ pid, stderrHas }: ReturnType<typeof start>): Promise<void> {
  await stderrHas('check what is stored');
  await eventually('Odoo and Postgres run', async () => (await watch().leftBy(pid)).volumes.length > 1);
}

async function containersOf(pid: number): Promise<(ContainerInspectInfo & { run: string })[]> {
  const { containers } = await watch().leftBy(pid);
  const found = await Promise.all(containers.map((id) => watch().docker.getContainer(id).inspect()));
  return found.map((container) => ({ ...container, run: container.Config.Labels[RUN_LABEL] ?? '' }));
}

async function runOf(pid: number): Promise<string> {
  return (await containersOf(pid))[0]?.run ?? '';
}

/** Tags of the cached databases that containers were started from. */
async function templatesOf(containers: readonly ContainerInspectInfo[]): Promise<string[]> {
  const images = await Promise.all(containers.map(({ Image }) => watch().docker.getImage(Image).inspect()));
  return images.flatMap(({ RepoTags }) => RepoTags).filter((tag) => tag.startsWith('odoo-gate/template:'));
}

/** What a command prints inside a container, and how it ends. */
async function inside(id: string, ...Cmd: string[]): Promise<{ output: string; exitCode: number | null }> {
  const exec = await watch().docker.getContainer(id).exec({ Cmd, AttachStdout: true, AttachStderr: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  const output = (await stream.setEncoding('utf8').toArray()).join('');
  return { output, exitCode: (await exec.inspect()).ExitCode };
}

const hasBrowser = async (pid: number) => (await descendantsOf(pid)).some(({ name }) => /chrom/.test(name));

describe('a run that is killed', () => {
  it('while Odoo starts leaves what `clean` then removes, and nothing beside it', async () => {
    const killed = start('verify');
    const living = start('verify', ...BOOT);
    // It lives, but gets no further: what it has started can't end by itself meanwhile.
    const stopped = untilOdooStarts(living).then(() => living.child.kill('SIGSTOP'));
    await Promise.all([untilOdooStarts(killed), stopped]);
    const livesOn = await watch().leftBy(living.pid);
    const leftBehind = await containersOf(killed.pid);
    const templates = await templatesOf(leftBehind);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const left = await watch().leftBy(killed.pid);
    expect(left.containers.length).toBeGreaterThan(1);
    expect(left.networks).toHaveLength(1);
    expect(left.volumes.length).toBeGreaterThan(1);

    const cleaned = await runCli(['clean', '--format', 'json']);

    expect(cleaned.exitCode).toBe(0);
    expect(JSON.parse(cleaned.stdout).containers).toBeGreaterThanOrEqual(left.containers.length);
    expect(await watch().leftBy(killed.pid)).toEqual(NOTHING);
    expect(templates).toHaveLength(1);
    expect(await templatesOf(leftBehind)).toEqual(templates);
    expect(livesOn.containers.length).toBeGreaterThan(1);
    expect(await watch().leftBy(living.pid)).toMatchObject({
      containers: expect.arrayContaining(livesOn.containers),
      networks: livesOn.networks,
      volumes: expect.arrayContaining(livesOn.volumes),
    });
    living.child.kill('SIGCONT');
    const { exitCode, stdout } = await living.ended;
    expect({ exitCode, verdict: parseReport(stdout).verdict }).toEqual({ exitCode: 1, verdict: 'refuse' });
  });

  it('while its browser works leaves no process', async () => {
    const { child, pid, ended } = start('verify', '--only', 'smoke.login');
    await eventually('a browser', () => hasBrowser(pid));
    const started = await descendantsOf(pid);
    child.kill('SIGKILL');
    await ended;
    await eventually('its processes end', async () => (await stillRunning(started)).length === 0);
  });
});

describe('a run that is interrupted', () => {
  it.each([
    { signal: 'SIGINT', exitCode: 130 },
    { signal: 'SIGTERM', exitCode: 143 },
  ] as const)(
    'by $signal while Odoo starts says so, removes all and ends with $exitCode',
    async ({ signal, exitCode }) => {
      const run = start('verify');
      const { child, pid, ended, temporaryFiles } = run;
      await untilOdooStarts(run);
      child.kill(signal);
      const result = await ended;
      expect(result).toMatchObject({ exitCode, stdout: '' });
      expect(result.stderr).toContain(`${signal}: cleaning up`);
      expect(result.stderr).not.toMatch(/^error|^ +at /m);
      expect(await watch().leftBy(pid)).toEqual(NOTHING);
      expect(temporaryFiles()).toEqual([]);
    },
  );

  it('while its browser works leaves no process; until then it was cut off and within nobody’s reach', async () => {
    const { child, pid, ended, temporaryFiles } = start('verify', '--only', 'smoke.login');
    await eventually('a browser', () => hasBrowser(pid));
    await expectCutOff(await containersOf(pid));
    const started = await descendantsOf(pid);
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
    expect(await stillRunning(started)).toEqual([]);
    expect(temporaryFiles()).toEqual([]);
    expect(await watch().leftBy(pid)).toEqual(NOTHING);
  });
});

async function expectCutOff(containers: readonly ContainerInspectInfo[]): Promise<void> {
  expect(containers).toHaveLength(2);
  for (const { HostConfig, NetworkSettings } of containers) {
    expect({ ...HostConfig.PortBindings }).toEqual({});
    expect(HostConfig.PublishAllPorts).toBe(false);
    // An engine may ask the host's resolver on behalf of a container that names none.
    expect(HostConfig.Dns).toEqual(['127.0.0.1']);
    expect(Object.values(NetworkSettings.Ports).flatMap((published) => published ?? [])).toEqual([]);
    const [network = '', ...others] = Object.keys(NetworkSettings.Networks);
    expect(others).toEqual([]);
    expect(await watch().docker.getNetwork(network).inspect()).toMatchObject({ Internal: true });
  }
  const odoo = containers.find(({ Args, Path }) => [Path, ...Args].includes('odoo'))?.Id ?? '';
  expect(await inside(odoo, 'getent', 'hosts', 'localhost')).toMatchObject({ exitCode: 0 });
  expect(await inside(odoo, 'getent', 'hosts', 'example.com')).toEqual({
    output: '',
    exitCode: 2,
  });
}

it('two runs side by side come to their own verdicts and leave nothing', async () => {
  const runs = [start('verify', ...BOOT), start('verify', '--sanitize', '--anonymize', ...BOOT)];
  const ends = await Promise.all(runs.map(({ ended }) => ended));
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([1, 0]);
  expect(ends.map(({ stdout }) => parseReport(stdout).verdict)).toEqual(['refuse', 'pass']);
  for (const { pid } of runs) {
    expect(watch().startedBy(pid).networks).toHaveLength(1);
    expect(await watch().leftBy(pid)).toEqual(NOTHING);
  }
});

it('`up` leaves a stack that takes the login it printed, until `down`', async () => {
  const { pid, ended } = start('up');
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  const { id, url, login, password } = JSON.parse(stdout) as Record<'id' | 'url' | 'login' | 'password', string>;
  const answer = await fetch(new URL('/web/session/authenticate', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', params: { db: 'odoo', login, password } }),
  });
  expect(await answer.json()).toMatchObject({ result: { username: login } });
  await expectCutOff(await containersOf(pid));

  expect(await runCli(['down', id])).toMatchObject({ exitCode: 0 });
  expect(await watch().leftBy(pid)).toEqual(NOTHING);
  const again = await runCli(['down', id]);
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('[stack-unknown]') });
});

it('a kept run stays through `clean`, and goes with `clean --all`', async () => {
  const { pid, ended } = start('verify', '--only', 'stack.boot', '--keep');
  const { exitCode, stderr } = await ended;
  expect(exitCode).toBe(0);
  const run = await runOf(pid);
  expect(stderr).toContain(`odoo-gate down ${run}`);
  const kept = await watch().leftBy(pid);
  expect(kept.containers).toHaveLength(2);

  await runCli(['clean']);
  expect(await watch().leftBy(pid)).toEqual(kept);

  const DOCKER_HOST = await engineShowingOnly(run);
  const { stdout } = await runCli(['clean', '--all', '--format', 'json'], { env: { DOCKER_HOST } });
  expect(JSON.parse(stdout)).toMatchObject({ containers: 2, networks: 1 });
  expect(await watch().leftBy(pid)).toEqual(NOTHING);
});
