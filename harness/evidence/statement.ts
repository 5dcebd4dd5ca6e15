import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { parseReport, renderJson } from '../report/json.ts';
import type { RunReport } from '../run.ts';

const STATEMENT = 'https://in-toto.io/Statement/v1';
const TEST_RESULT = 'https://in-toto.io/attestation/test-result/v0.1';
/** Our own part of the predicate, under a name that nobody else uses. */
const OWN = 'odoo-gate/evidence@1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const resource = z.strictObject({ name: z.string(), digest: z.strictObject({ sha256 }) });

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
      runId: z.uuid(),
      environment: z.string().min(1),
      expiresAt: z.iso.datetime({ precision: 3 }),
      report: z.unknown(),
    }),
  }),
});

type Statement = z.infer<typeof statement>;

/** What one run saw of one image, for one environment, until it expires. */
export interface Evidence {
  runId: string;
  /** The environment that the run stands for: `uat`. */
  environment: string;
  /** The repository of the image: `ghcr.io/acme/odoo`. */
  repository: string;
  /** ISO 8601, UTC. */
  expiresAt: string;
  report: RunReport;
}

/**
 * An in-toto statement of type test-result, with the whole report in it: whoever trusts the signature needs nothing else.
 * Throws `UsageError('evidence-without-digest')`: what no registry has seen can't be promoted.
 */
export function renderStatement({ runId, environment, repository, expiresAt, report }: Evidence): string {
  const digest = report.subject.image?.digest;
  if (digest === undefined) {
    throw new UsageError('evidence-without-digest', 'Evidence speaks of a digest, and no registry has this image.', {
      next: 'Push the image, then verify it by its name in the registry.',
    });
  }
  return JSON.stringify({
    _type: STATEMENT,
    subject: [{ name: repository, digest: digestOf(digest) }],
    predicateType: TEST_RESULT,
    // Read back, so that its keys stand in the one order in which they are read later.
    predicate: {
      ...summaryOf(report),
      [OWN]: { runId, environment, expiresAt, report: parseReport(renderJson(report)) },
    },
  } satisfies Statement);
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
  const read = readStatement(body);
  if (read === undefined) return 'malformed';
  const [subject, ...more] = read.subject;
  if (subject === undefined || more.length > 0) return 'subjects';
  const { report: reported, ...own } = read.predicate[OWN];
  const report = readReport(reported);
  if (report === undefined) return 'contradictory';
  const evidence = { ...own, repository: subject.name, report };
  return report.subject.image?.digest !== undefined && renderStatement(evidence) === body ? evidence : 'contradictory';
}

function readStatement(body: string): Statement | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return JSON.stringify(value) === body ? statement.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

function readReport(value: unknown): RunReport | undefined {
  try {
    return parseReport(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function digestOf(digest: string): { sha256: string } {
  return { sha256: digest.replace(/^sha256:/, '') };
}
