import { demoFlag } from '../stack/fresh-template.ts';
import type { OdooImage } from '../stack/image.ts';
import { type ModuleFolder, runOdoo } from '../stack/odoo.ts';
import { OdooLog } from '../stack/odoo-log.ts';
import { STACK_DATABASE, startPostgres } from '../stack/postgres.ts';
import type { RunContext } from '../stack/run-context.ts';
import type { Template } from '../stack/template.ts';
import { coverageOf } from './measure-coverage.ts';
import { TestLog } from './test-log.ts';
import type { TestTools } from './test-tools.ts';

/** What every session of a run shares. */
export interface Bench {
  context: RunContext;
  image: OdooImage;
  tools: TestTools;
  /** With all dependencies that are not under test. */
  template: Template;
  demo: boolean;
  /** Code that sessions may need beside the addons that they install. */
  installed: readonly ModuleFolder[];
  /** What is measured. */
  measured: readonly ModuleFolder[];
  /** Takes each line of Odoo's log; `session` is the name of one. */
  onLine(session: string, line: string): void;
  onTest(name: string): void;
}

export interface Session {
  exitCode: number;
  log: TestLog;
  lastLines: string;
  /** Of Odoo's log. */
  records: number;
  /** Holds the data of coverage.py, if it was measured. */
  volume: string;
}

/** One Odoo on one new database: installs addons, runs the tests that the tags name, and ends. */
export async function runSession(
  { context, image, tools, template, demo, installed, measured, onLine, onTest }: Bench,
  { name, install, tags }: { name: string; install: readonly ModuleFolder[]; tags: readonly string[] },
): Promise<Session> {
  const { engine, run, network, signal } = context;
  const volume = `odoo-gate-${run.id}-${name}`;
  await engine.docker.createVolume({ Name: volume, Labels: run.labels });
  const postgres = await startPostgres(engine, { run, network, image: template.postgresImage });
  const tests = new TestLog((test) => onTest(`${test.addon}: ${test.name}`));
  const log = new OdooLog({
    onRecord: (record, at) => tests.onRecord(record, at),
    onLine: (line) => onLine(name, line),
  });
  const names = install.map((each) => each.name);
  const mounted = new Set(names);
  const beside = installed.filter((each) => !mounted.has(each.name));
  try {
    const { exitCode } = await runOdoo(engine, {
      run,
      network,
      image,
      database: postgres.address(STACK_DATABASE),
      filestore: template.filestore,
      dataVolume: volume,
      modules: [...beside, ...install],
      log,
      args: [
        ...['--init', names.join(',')],
        demoFlag(image.series, demo),
        ...['--test-enable', '--test-tags', tags.join(',')],
        '--stop-after-init',
      ],
      ...(tools.coverage === undefined
        ? {}
        : coverageOf(
            tools,
            measured.filter((each) => mounted.has(each.name)),
          )),
      signal,
    });
    tests.end();
    return { exitCode, log: tests, lastLines: log.lastLines(5), records: log.records, volume };
  } finally {
    await postgres.container.remove({ force: true, v: true }).catch(() => {});
  }
}
