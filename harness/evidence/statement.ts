import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { parseReport, renderJson } from '../report/json.ts';
import type { RunReport } from '../run.ts';
import { readCanonical } from './signed.ts';

export const STATEMENT = 'https://in-toto.io/Statement/v1';
const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1';
/** Our own part of the predicate, under a name that nobody else uses. */
const OWN = 'odoo-gate/evidence@1';

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const resource = z.strictObject({ name: z.string(), digest: z.strictObject({ sha256 }) });
export const instant = z.iso.datetime({ precision: 3 });

/** The commands whose runs can be signed. */
export const RUN_KINDS = ['verify', 'test', 'smoke', 'coverage'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

const statement = z.strictObject({
  _type: z.literal(STATEMENT),
  subject: z.array(resource),
  predicateType: z.literal(TEST_RESULT),
  predicate: z.strictObject({
    result: z.enum(['PASSED', 'FAILED']),
    configuration: z.array(resource),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
    [OWN]: z.strictObject({
      run: z.enum(RUN_KINDS),
      // Lower case alone: an id in another spelling would not be seen to have been used before.
      runId: z.uuid().lowercase(),
      environment: z.string().min(1),
      expiresAt: instant,
      history: z
        .strictObject({
          name: z.string(),
          sequence: z.int().nonnegative(),
          head: z.string().regex(/^sha256:[0-9a-f]{64}$/),
        })
        .optional(),
      report: z.unknown(),
    }),
  }),
});

type Statement = z.infer<typeof statement>;

/** What one run saw of one image, for one environment, until it expires. */
export interface Evidence {
  run: RunKind;
  runId: string;
  /** The environment that the run stands for: `uat`. */
  environment: string;
  /** The repository of the image: `ghcr.io/acme/odoo`. */
  repository: string;
  /** Of the image in its registry, `sha256:…`. A run that can't see it off the image takes the signer's word. */
  digest: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  /** Where the history of that name stood: what is cut off from it later is missed. */
  history?: { name: string; sequence: number; head: string } | undefined;
  report: RunReport;
}

/**
 * An in-toto statement of type test-result, with the whole report in it: whoever trusts the signature needs nothing else.
 * Throws `UsageError('evidence-without-digest')` for a `verify` whose image no registry has: it can't be promoted.
 */
export function renderStatement({ repository, digest, report, ...own }: Evidence): string {
  // Tests run in an image of their own, with a browser in it.
  if (own.run === 'verify' && report.subject.image?.digest !== digest) throw withoutDigest();
  const { run, runId, environment, expiresAt, history } = own;
  return JSON.stringify({
    _type: STATEMENT,
    subject: [{ name: repository, digest: digestOf(digest) }],
    predicateType: TEST_RESULT,
    // Read back, so that its keys stand in the one order in which they are read later.
    predicate: {
      ...summaryOf(report),
      [OWN]: {
        run,
        runId,
        environment,
        expiresAt,
        ...(history === undefined ? {} : { history }),
        report: parseReport(renderJson(report)),
      },
    },
  } satisfies Statement);
}

function withoutDigest(): UsageError {
  return new UsageError('evidence-without-digest', 'Evidence speaks of a digest, and no registry has this image.', {
    next: 'Push the image, then verify it by its name in the registry.',
  });
}

/** The parts that other tools read, all of which follow from the report. */
function summaryOf({ verdict, policy, subject, checks }: RunReport) {
  const named = (...statuses: string[]) => checks.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  return {
    // Whoever knows no third answer must not take "could not tell" for a pass.
    result: verdict === 'pass' ? ('PASSED' as const) : ('FAILED' as const),
    configuration: [
      { name: 'policy', digest: digestOf(policy.digest) },
      ...(subject.backup === undefined ? [] : [{ name: 'backup', digest: digestOf(subject.backup.digest) }]),
    ],
    passedTests: named('passed'),
    warnedTests: named('inconclusive'),
    failedTests: named('failed'),
  };
}

/** What is wrong with a statement: it is none of ours, speaks of several images, or its parts don't agree. */
export type BadStatement = 'malformed' | 'subjects' | 'contradictory';

/** Reads what `renderStatement` wrote, byte for byte: another spelling of the same, such as a key given twice, is malformed. */
export function parseStatement(body: string): Evidence | BadStatement {
  const read = readCanonical(body, statement);
  if (read === undefined) return 'malformed';
  const [subject, ...more] = read.subject;
  if (subject === undefined || more.length > 0) return 'subjects';
  const { report: reported, ...own } = read.predicate[OWN];
  try {
    const report = parseReport(JSON.stringify(reported));
    const evidence = { ...own, repository: subject.name, digest: `sha256:${subject.digest.sha256}`, report };
    return renderStatement(evidence) === body ? evidence : 'contradictory';
  } catch {
    return 'contradictory';
  }
}

export function digestOf(digest: string): { sha256: string } {
  return { sha256: digest.replace(/^sha256:/, '') };
}
