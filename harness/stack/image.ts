import { InfrastructureError, messageOf, UsageError } from '../errors.ts';
import type { Progress } from '../progress.ts';
import { askImage } from './ask-image.ts';
import type { Docker, Engine } from './engine.ts';
import { isGone } from './engine.ts';
import type { Run } from './run-identity.ts';

/** An image, resolved once; from here on only `id` is run. */
export interface ResolvedImage {
  /** As the user named it. */
  reference: string;
  /** Of this machine's copy: `sha256:…`. */
  id: string;
  /** `linux/amd64`. */
  platform: string;
  /** Manifest digest in the registry of `reference`, if a registry has it. */
  digest?: string;
}

/** An image that proved to hold Odoo. */
export interface OdooImage extends ResolvedImage {
  /** `19.0`. */
  series: string;
  /** The folders of its configuration's `addons_path` that hold modules: on a command line Odoo 14 takes no empty one. */
  addonsPath: string[];
  /** Names of the options in its configuration file. */
  configured: ReadonlySet<string>;
}

/**
 * Pulls the reference if a registry has it, else takes the local copy.
 * Throws `UsageError('image-missing')` if neither is there.
 */
export async function resolveImage(
  engine: Engine,
  reference: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ResolvedImage> {
  const pullError = await progress.step(`pull ${reference}`, async (detail) => {
    try {
      await pull(engine.docker, reference, detail, signal);
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      detail('not to be had from a registry: using the local copy');
      return error;
    }
  });
  try {
    const inspected = await engine.docker.getImage(reference).inspect();
    const repository = repositoryOf(reference);
    const digest = inspected.RepoDigests?.find((each) => each.startsWith(`${repository}@`))?.split('@')[1];
    const platform = `${inspected.Os}/${inspected.Architecture}`;
    return { reference, id: inspected.Id, platform, ...(digest === undefined ? {} : { digest }) };
  } catch (cause) {
    if (!isGone(cause)) throw cause;
    throw new UsageError(
      'image-missing',
      `There is no image "${reference}" here, and it can't be pulled: ${messageOf(pullError)}`,
      {
        next: 'Check the name, log in to its registry (`docker login`), or build it first.',
        cause,
      },
    );
  }
}

async function pull(
  docker: Docker,
  reference: string,
  detail: (text: string) => void,
  abortSignal?: AbortSignal,
): Promise<void> {
  const stream = await docker.pull(reference, abortSignal === undefined ? {} : { abortSignal });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error === null ? resolve() : reject(error)),
      (event: { status?: string }) => detail(event.status ?? ''),
    );
  });
}

/** `registry:5000/name` of `registry:5000/name:tag@sha256:…`, with docker.io's short names as the engine writes them. */
export function repositoryOf(reference: string): string {
  const [withoutDigest = ''] = reference.split('@');
  return withoutDigest.replace(/:[^/:]+$/, '').replace(/^docker\.io\/(library\/)?/, '');
}

/** Asks the image for its Odoo version and addons path. Throws `UsageError('image-without-odoo')`. */
export async function probeOdoo(engine: Engine, image: ResolvedImage, run: Run): Promise<OdooImage> {
  const answer = await askOdoo(engine, image, run);
  const series = /Odoo Server (?:saas~)?(\d+\.\d+)/.exec(answer)?.[1];
  if (series === undefined) {
    throw new UsageError(
      'image-without-odoo',
      `The image "${image.reference}" has no Odoo: \`odoo --version\` does not answer in it.`,
      {
        next: 'Name an image derived from the official odoo image, for example odoo:19.',
      },
    );
  }
  const options = [...answer.matchAll(/^[ \t]*([a-z_]+)[ \t]*=/gm)].map(([, name = '']) => name);
  return {
    ...image,
    series,
    addonsPath: [...answer.matchAll(/^holds modules: (.*?)[ \t\r]*$/gm)].map(([, folder = '']) => folder),
    configured: new Set(options),
  };
}

const END = 'that is all';

// By a shell: the entry point would wait for a database first. Values stay in the image: one may be a password. The file
// may end without a line break.
const VERSION_AND_OPTIONS = String.raw`odoo --version && sed -n \
  's/^[[:blank:]]*\([a-z_]*\)[[:blank:]]*=.*/\1 =/p' "$ODOO_RC" && {
  sed -n 's/^[[:blank:]]*addons_path[[:blank:]]*=//p' "$ODOO_RC" | tr , '\n' | while read -r folder; do
    for manifest in "$folder"/*/__manifest__.py; do [ -e "$manifest" ] && echo "holds modules: $folder" && break; done
  done
  printf '\n${END}\n'
}`;

/** An option that is missing here, such as `db_host`, has to be missing in the image. */
function whole(answer: string): string {
  if (answer.trimEnd().endsWith(END)) return answer;
  throw new Error('its answer was cut off');
}

async function askOdoo(engine: Engine, image: ResolvedImage, run: Run): Promise<string> {
  try {
    return (await askImage(engine, image, run, [VERSION_AND_OPTIONS], whole)) ?? '';
  } catch (cause) {
    const text = messageOf(cause);
    // An image without even a shell can't be Odoo.
    if (/executable file not found|no such file/i.test(text)) return '';
    throw new InfrastructureError('image-unusable', `The image "${image.reference}" can't be started: ${text}`, {
      next: 'Try `docker run` with it: the engine says what is wrong.',
      cause,
    });
  }
}
