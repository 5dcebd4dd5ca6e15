import { z } from 'zod';
import type { ProblemKind } from './known-noise.ts';

const PROBLEM_KINDS = [
  'script-error',
  'console-error',
  'server-error',
  'http-error',
  'broken-asset',
  'error-dialog',
  'blank-screen',
  'dirty-form',
  'missing-model',
  'stuck',
  'no-answer',
] as const satisfies readonly ProblemKind[];

/** What a running flow hands on beside its outcome, as attachments of this content type. */
export const RECORD_CONTENT_TYPE = 'application/x-odoo-gate-record+json';

/** The expectation that every step ends with; its failures are told by the problems themselves. */
export const NO_PROBLEMS = 'the page met no error';

export const FlowRecord = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('problem'),
    step: z.string(),
    kind: z.enum(PROBLEM_KINDS),
    message: z.string(),
    location: z.string().optional(),
  }),
  z.object({
    type: z.literal('artifact'),
    kind: z.enum(['screenshot', 'trace']),
    title: z.string(),
    /** Relative to the output folder. */
    path: z.string(),
  }),
  z.object({ type: z.literal('blocked-host'), host: z.string() }),
]);
export type FlowRecord = z.infer<typeof FlowRecord>;

const TestEnded = z.object({
  type: z.literal('test'),
  flow: z.string(),
  title: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  status: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']),
  durationMs: z.number(),
  /** Expectations that were really evaluated. */
  assertions: z.number().int(),
  errors: z.array(z.object({ step: z.string().optional(), message: z.string(), location: z.string().optional() })),
  annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
  records: z.array(FlowRecord),
});
export type TestEnded = z.infer<typeof TestEnded>;

/** What the runner's process tells, one JSON object a line on its stdout. */
export const RunEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begin'),
    /** How many tests each flow has. */
    flows: z.record(z.string(), z.number().int()),
  }),
  z.object({ type: z.literal('step'), flow: z.string(), title: z.string() }),
  TestEnded,
  z.object({ type: z.literal('runner-error'), message: z.string() }),
  z.object({ type: z.literal('end') }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
