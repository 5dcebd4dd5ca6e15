import { z } from 'zod';
import { askImage } from '../stack/ask-image.ts';
import type { OdooImage } from '../stack/image.ts';
import { RUN_PYTHON } from '../stack/image-python.ts';
import type { RunContext } from '../stack/run-context.ts';

/** What an image has for tests beside Odoo. */
export interface TestTools {
  /** Version of coverage.py. */
  coverage?: string | undefined;
  /** What coverage.py measures with: `sysmon` costs the least, where Python can tell it about branches. */
  core?: 'sysmon' | undefined;
  /** Whether Odoo finds a browser and can speak with it. */
  browser: boolean;
}

// The names that Odoo looks for (tests/common.py, 14 to 19). Branches by sys.monitoring: Python 3.14 and coverage 7.7.
const LOOK = `
import importlib.util, json, shutil, sys
version, core = None, None
try:
    import coverage
    version = coverage.__version__
    if sys.version_info >= (3, 14) and coverage.version_info >= (7, 7):
        core = "sysmon"
except ImportError:
    pass
browsers = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]
found = importlib.util.find_spec("websocket") is not None and any(map(shutil.which, browsers))
print("\\n" + json.dumps({"coverage": version, "core": core, "browser": found}))
`;

const answer = z.object({
  coverage: z.string().nullable(),
  core: z.literal('sysmon').nullable(),
  browser: z.boolean(),
});

/** Looks what the image has; one that does not answer has nothing. */
export async function findTestTools(
  { engine, run }: Pick<RunContext, 'engine' | 'run'>,
  image: OdooImage,
): Promise<TestTools> {
  const found = await askImage(engine, image, run, [RUN_PYTHON, LOOK], (printed) =>
    answer.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? '')),
  );
  return {
    coverage: found?.coverage ?? undefined,
    core: found?.core ?? undefined,
    browser: found?.browser ?? false,
  };
}
