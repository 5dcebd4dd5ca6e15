import { basename } from 'node:path';
import type {
  FullConfig,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from 'playwright/types/testReporter';
import type { Severity } from '../check.ts';
import { firstLine } from '../masking.ts';
import { flowName } from './flow-files.ts';
import { FlowRecord, RECORD_CONTENT_TYPE, type RunEvent, type TestEnded } from './run-events.ts';

/** How often the runner looks whether odoo-gate still lives, in ms. */
const LOOK_EVERY_MS = 500;

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** Tells the parent process what happens, as `RunEvent` lines on stdout. Only first lines of errors leave: the rest quotes pages. */
export default class RunEventReporter implements Reporter {
  printsToStdio(): boolean {
    return true;
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    endWithParent();
    const tests = Map.groupBy(suite.allTests(), (test) => flowName(test.location.file));
    send({ type: 'begin', flows: Object.fromEntries([...tests].map(([flow, cases]) => [flow, cases.length])) });
  }

  onStepBegin(test: TestCase, _result: TestResult, step: TestStep): void {
    if (isFlowStep(step)) send({ type: 'step', flow: flowName(test.location.file), title: step.title });
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const steps = allSteps(result.steps);
    const failedSteps = steps.filter((step) => isFlowStep(step) && step.error !== undefined);
    send({
      type: 'test',
      flow: flowName(test.location.file),
      title: test.title,
      severity: SEVERITIES.find((severity) => test.tags.includes(`@${severity}`)) ?? 'high',
      status: result.status,
      durationMs: result.duration,
      assertions: steps.filter((step) => step.category === 'expect').length,
      errors: result.errors.map((error) => errorOf(error, failedSteps)),
      annotations: result.annotations.map(({ type, description }) => ({ type, ...(description && { description }) })),
      records: result.attachments.flatMap(({ contentType, body }) =>
        contentType === RECORD_CONTENT_TYPE && body ? [FlowRecord.parse(JSON.parse(body.toString()))] : [],
      ),
    });
  }

  onError(error: TestError): void {
    send({ type: 'runner-error', message: messageOf(error) });
  }

  onEnd(): void {
    send({ type: 'end' });
  }
}

/** A parent that was killed can't end its runner and workers, one process group; a browser ends when its worker is gone. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL');
  }, LOOK_EVERY_MS).unref();
}

function errorOf(error: TestError, failedSteps: readonly TestStep[]): TestEnded['errors'][number] {
  const step = failedSteps.find((each) => each.error?.message === error.message)?.title;
  const { location } = error;
  return {
    message: messageOf(error),
    ...(step !== undefined && { step }),
    ...(location && { location: `${basename(location.file)}:${location.line}` }),
  };
}

function messageOf({ message, value }: TestError): string {
  return firstLine(message ?? value ?? 'unknown error').replace(/^(Infrastructure|Usage|)Error: /, '');
}

function isFlowStep(step: TestStep): boolean {
  return step.category === 'test.step' && step.parent === undefined;
}

function allSteps(steps: readonly TestStep[]): TestStep[] {
  return steps.flatMap((step) => [step, ...allSteps(step.steps)]);
}

function send(event: RunEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
