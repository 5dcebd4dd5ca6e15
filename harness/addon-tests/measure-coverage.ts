import { relative } from 'node:path';
import { z } from 'zod';
import { InfrastructureError, messageOf } from '../errors.ts';
import { runInImage } from '../stack/ask-image.ts';
import type { OdooImage } from '../stack/image.ts';
import { RUN_PYTHON } from '../stack/image-python.ts';
import { DATA_FOLDER, MODULES_FOLDER, type ModuleFolder } from '../stack/odoo.ts';
import type { RunContext } from '../stack/run-context.ts';
import type { TestTools } from './test-tools.ts';

const FOLDER = '/odoo-gate-coverage';
const RC_FILE = `${FOLDER}/coveragerc`;
/** Manifests are read, not run; tests always cover themselves. */
const LEFT_OUT = ['*/__manifest__.py', '*/tests/*'];

/** What an Odoo needs to measure itself and each Python that it starts: Python looks for `sitecustomize` by itself. */
export function coverageOf(
  { core }: TestTools,
  addons: readonly ModuleFolder[],
): { environment: Record<string, string>; files: { target: string; content: string }[] } {
  return {
    environment: {
      PYTHONPATH: FOLDER,
      COVERAGE_PROCESS_START: RC_FILE,
      ...(core === undefined ? {} : { COVERAGE_CORE: core }),
    },
    files: [
      { target: `${FOLDER}/sitecustomize.py`, content: 'import coverage\ncoverage.process_startup()\n' },
      { target: RC_FILE, content: rcFile(addons, `${DATA_FOLDER}/odoo-gate-coverage`) },
    ],
  };
}

/** Sources instead of files that were imported: what no test reaches counts too. */
function rcFile(addons: readonly ModuleFolder[], dataFile: string): string {
  const list = (lines: readonly string[]) => lines.map((line) => `\n    ${line}`).join('');
  return `[run]
branch = True
parallel = True
data_file = ${dataFile}
source =${list(addons.map(({ name }) => `${MODULES_FOLDER}/${name}`))}
omit =${list(LEFT_OUT)}
`;
}

// coverage.py of Debian 11 writes no LCOV, and that of later ones counts docstrings as covered.
const REPORT = `
import glob, json, os, sys, coverage
folders = json.loads(sys.argv[1])
cov = coverage.Coverage(config_file="${RC_FILE}")
cov.start(); cov.stop(); cov.save()
cov.combine(glob.glob("/data/*/odoo-gate-coverage.*") + ["/tmp"])
os.chdir("/")
cov.json_report(outfile="/tmp/report.json")
with open("/tmp/report.json") as file:
    report = json.load(file)
files, lcov = {}, []
for path, found in sorted(report["files"].items()):
    path = os.path.join("/", path)
    name = path[len("${MODULES_FOLDER}/"):].split("/")[0]
    mapped = folders[name] + path[len("${MODULES_FOLDER}/" + name):]
    files[mapped] = found
    _, statements, _, missing, _ = cov.analysis2(path)
    lcov.append("SF:" + mapped)
    lcov += ["DA:%d,%d" % (line, line not in missing) for line in statements]
    lcov += ["LF:%d" % len(statements), "LH:%d" % (len(statements) - len(missing)), "end_of_record"]
report["files"] = files
print("\\n" + json.dumps({"json": json.dumps(report), "lcov": "".join(line + "\\n" for line in lcov)}))
`;

const answer = z.object({ json: z.string(), lcov: z.string() });

/** The reports of coverage.py over all that the volumes hold, paths as this machine has them. */
export async function reportCoverage(
  { engine, run }: Pick<RunContext, 'engine' | 'run'>,
  image: OdooImage,
  { addons, volumes }: { addons: readonly ModuleFolder[]; volumes: readonly string[] },
): Promise<z.output<typeof answer>> {
  const folders = Object.fromEntries(addons.map(({ name, path }) => [name, shownPath(path)]));
  try {
    const printed = await runInImage(engine, image.id, run, [RUN_PYTHON, REPORT, JSON.stringify(folders)], {
      binds: [
        ...addons.map(({ name, path }) => `${path}:${MODULES_FOLDER}/${name}:ro`),
        ...volumes.map((volume, index) => `${volume}:/data/${index}`),
      ],
      files: { [RC_FILE.slice(1)]: rcFile(addons, '/tmp/odoo-gate-coverage') },
      // It takes the data files away.
      user: 'root',
    });
    if (printed === undefined) throw new Error('coverage.py ended with an error');
    return answer.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
  } catch (cause) {
    throw new InfrastructureError('coverage-report-failed', `The coverage report was not made: ${messageOf(cause)}`, {
      next: 'Run `coverage report` in the image yourself: it says what is wrong with the data or a source file.',
      cause,
    });
  }
}

/** As coverage.py names files: from the current folder, if they are in it. */
function shownPath(path: string): string {
  const shown = relative(process.cwd(), path);
  return shown === '' || shown.startsWith('..') ? path : shown;
}
