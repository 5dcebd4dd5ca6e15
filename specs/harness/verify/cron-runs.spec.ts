import { expect, test } from 'vitest';
import { type CronCalls, compareCronCalls } from '../../../harness/verify/cron-runs.ts';
import type { Moment } from '../../../harness/verify/moment.ts';

const EARLIER = '2026-01-01 00:00:00';
const LATER = '2026-01-02 00:00:00';
const calls = (lastcalls: Record<number, string | null>, progress = 7): CronCalls => ({
  calls: new Map(Object.entries(lastcalls).map(([id, lastcall]) => [Number(id), lastcall])),
  progress,
});
const UNREAD: CronCalls = { unclear: 'ir_cron could not be read: permission denied (SQLSTATE 42501)' };

test.each<[string, CronCalls, [Moment, CronCalls][], object]>([
  [
    'nothing was called',
    calls({ 1: EARLIER, 2: null }),
    [
      ['boot', calls({ 1: EARLIER, 2: null })],
      ['flows', calls({ 1: EARLIER, 2: null })],
    ],
    { status: 'passed', assertions: 6 },
  ],
  [
    'a job was called again',
    calls({ 1: EARLIER, 2: null }),
    [
      ['boot', calls({ 1: EARLIER, 2: null })],
      ['flows', calls({ 1: LATER, 2: null })],
    ],
    {
      status: 'failed',
      findings: [{ message: 'scheduled jobs ran (since the flows)', location: 'ir_cron.lastcall', count: 1 }],
    },
  ],
  [
    'a job was called for the first time',
    calls({ 1: null }),
    [['boot', calls({ 1: LATER })]],
    { status: 'failed', findings: [{ message: "scheduled jobs ran (since Odoo's start)", count: 1 }] },
  ],
  [
    'a job that an update brought was called',
    calls({ 1: null }),
    [['update', calls({ 1: null, 2: LATER })]],
    { status: 'failed', findings: [{ message: 'scheduled jobs ran (since the update of the modules)' }] },
  ],
  [
    'a job that an update brought was never called, and one has gone',
    calls({ 1: EARLIER }),
    [['update', calls({ 2: null })]],
    { status: 'passed' },
  ],
  [
    'a job was begun and never ended',
    calls({ 1: EARLIER }, 7),
    [['flows', calls({ 1: EARLIER }, 9)]],
    { status: 'failed', findings: [{ location: 'ir_cron_progress', count: 2 }] },
  ],
  ['the jobs can not be read later', calls({ 1: null }), [['boot', UNREAD]], { status: 'inconclusive' }],
  ['the jobs could not be read before', UNREAD, [['boot', calls({ 1: null })]], { status: 'inconclusive' }],
  ['nobody looked again', calls({ 1: null }), [], { status: 'inconclusive' }],
])('when %s', (_case, before, later, outcome) => {
  expect(
    compareCronCalls(
      before,
      later.map(([moment, seen]) => ({ moment, calls: seen })),
    ),
  ).toMatchObject(outcome);
});
