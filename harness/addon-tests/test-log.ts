import type { LogReaders, LogRecord } from '../stack/odoo-log.ts';

/** A test as Odoo logged one run of it. */
export interface LoggedTest {
  addon: string;
  /** `test_greeting.TestGreeting.test_formal`; of a class that could not be set up `test_greeting.TestGreeting.setUpClass`. */
  name: string;
  /** As `--test-tags` takes it: `/addon:Class.method`. */
  tag: string;
  outcome: 'passed' | 'failed' | 'error' | 'skipped' | 'unfinished';
  durationMs: number;
  message?: string;
}

/** A record above INFO that tells of no test's failure. */
export interface Complaint extends LogRecord {
  /** What was loaded or tested when it was logged. */
  during: string;
}

const LONGEST_MESSAGE = 8_192;
const KEPT_COMPLAINTS = 1_000;
const TESTS_OF = /^odoo\.(?:addons|upgrade)\.(\w+)\.(?:migrations\.|upgrades\.)?tests\.([\w.]+)$/;
const STARTING = /^Starting ((?:\w+\.)+)(\w+) \.\.\.\s*$/;
const FAILED = /^(FAIL|ERROR): ([^\n]*)/;
/** Of a class, or of what it left: `setUpClass (odoo.addons.sale.tests.test_sale.TestSale)`. */
const OF_CLASS = /^(\w+) \(odoo\.addons\.(\w+)\.tests\.([\w.]+)\.(\w+)\)$/;
const NO_BROWSER =
  /^(?:websocket-client module is not installed|Chrome executable not found|Chrome headless failed to start)/;
const TOTALS = /^(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database/;
/** Odoo's sums of failures that were logged one by one (modules/loading.py, tests/result.py, tests/runner.py). */
const SUM =
  /^Module \w+: \d+ failures, \d+ errors of \d+ tests|^At least one test failed when loading the modules\.|^\d+ failed, \d+ error\(s\) of \d+ tests/;

/**
 * Reads what Odoo 14 to 19 log of tests: that one starts, fails or is skipped, never that it passed. A test has passed
 * when another record says that Odoo has gone on, and nothing was said against it.
 */
export class TestLog implements LogReaders {
  readonly tests: LoggedTest[] = [];
  readonly complaints: Complaint[] = [];
  complaintCount = 0;
  /** The module that Odoo was installing when the log ended. */
  loading: string | undefined;
  readonly installed = new Set<string>();
  /** Odoo's own sums, its last word after all tests. */
  totals: { failures: number; tests: number } | undefined;
  /** How many failures and errors were logged one by one, subtests too. */
  failures = 0;
  started = 0;
  /** The error that ended it. */
  fatal: LogRecord | undefined;
  readonly #onTest: (test: LoggedTest) => void;
  #current: { test: LoggedTest; at: number; logger: string } | undefined;

  constructor(onTest: (test: LoggedTest) => void = () => {}) {
    this.#onTest = onTest;
  }

  onRecord(record: LogRecord, at: number): void {
    const { level, logger, message } = record;
    const about = TESTS_OF.exec(logger);
    const starting = about === null ? null : STARTING.exec(message);
    if (starting !== null) this.#begin(logger, starting, at);
    else if (this.#isOfTest(record, at)) return;
    else if (level !== 'INFO' && level !== 'DEBUG') this.#complain(record);
    if (starting === null) this.#progress(logger, message, at);
  }

  /** The log has ended: a test that still ran never finished. */
  end(): void {
    if (this.#current !== undefined) {
      this.#current.test.outcome = 'unfinished';
      this.#current.test.message ??= 'Odoo ended while it ran';
      this.tests.push(this.#current.test);
    }
    this.#current = undefined;
  }

  #begin(logger: string, starting: RegExpExecArray, at: number): void {
    this.#finish(at);
    const [, addon = '', file = ''] = TESTS_OF.exec(logger) ?? [];
    const [, classes = '', method = ''] = starting;
    this.started += 1;
    this.#current = {
      at,
      logger,
      test: {
        addon,
        name: `${file}.${classes}${method}`,
        tag: `/${addon}:${classes.slice(0, -1).split('.').at(-1)}.${method}`,
        outcome: 'passed',
        durationMs: 0,
      },
    };
    this.#onTest(this.#current.test);
  }

  #finish(at: number): void {
    if (this.#current === undefined) return;
    this.#current.test.durationMs = Math.max(0, at - this.#current.at);
    this.tests.push(this.#current.test);
    this.#current = undefined;
  }

  /** Whether the record tells how a test, or a class of tests, went. */
  #isOfTest({ level, logger, message }: LogRecord, at: number): boolean {
    if (SUM.test(message) && /^odoo\.(modules\.loading|tests\.)/.test(logger)) {
      const [, failed, errors, tests] = TOTALS.exec(message) ?? [];
      if (tests !== undefined) this.totals = { failures: Number(failed) + Number(errors), tests: Number(tests) };
      this.#finish(at);
      return true;
    }
    if (level === 'WARNING' && NO_BROWSER.test(message) && this.#current !== undefined) {
      // The test is skipped next; Odoo 14 does not say why.
      this.#current.test.message = message.trim().slice(0, LONGEST_MESSAGE);
      return true;
    }
    const failed = level === 'ERROR' ? FAILED.exec(message) : null;
    const skipped = level === 'INFO' ? /^skipped ([^\n]*?)(?: : (.*))?$/s.exec(message) : null;
    const unexpected = level === 'ERROR' && message.startsWith('unexpected success for ');
    if (failed === null && skipped === null && !unexpected) return false;

    const ofClass = OF_CLASS.exec((failed?.[2] ?? skipped?.[1] ?? '').trim());
    if (ofClass !== null) {
      this.#finish(at);
      const [, what = '', addon = '', file = '', name = ''] = ofClass;
      if (failed !== null) this.failures += 1;
      this.tests.push({
        addon,
        name: `${file}.${name}.${what}`,
        tag: `/${addon}:${name}`,
        outcome: failed === null ? 'skipped' : 'error',
        durationMs: 0,
        ...messageOf(failed === null ? skipped?.[2] : message),
      });
      return true;
    }
    const current = this.#current;
    if (current === undefined || current.logger !== logger) return false;
    const { test } = current;
    if (skipped !== null) {
      if (test.outcome === 'passed') Object.assign(test, { outcome: 'skipped', ...messageOf(skipped[2]) });
      return true;
    }
    this.failures += 1;
    test.outcome = failed?.[1] === 'ERROR' ? 'error' : test.outcome === 'error' ? 'error' : 'failed';
    // Subtests fail one by one.
    Object.assign(test, messageOf([test.message, message].filter(Boolean).join('\n')));
    return true;
  }

  #complain(record: LogRecord): void {
    this.complaintCount += 1;
    if (record.level === 'CRITICAL') this.fatal = record;
    if (this.complaints.length >= KEPT_COMPLAINTS) return;
    const { test } = this.#current ?? {};
    const during = test === undefined ? (this.loading ?? '') : `${test.addon}: ${test.name}`;
    this.complaints.push({ ...record, during });
  }

  #progress(logger: string, message: string, at: number): void {
    if (logger === 'odoo.modules.loading') {
      const [, begun] = /^Loading module (\w+) \(/.exec(message) ?? [];
      const [, done] = /^Module (\w+) loaded in /.exec(message) ?? [];
      if (begun !== undefined || done !== undefined || /modules loaded in /.test(message)) {
        this.#finish(at);
        this.loading = begun;
        if (done !== undefined) this.installed.add(done);
      }
    } else if (logger === 'odoo.service.server' && /^(Starting post tests|\d+ post-tests in )/.test(message)) {
      this.#finish(at);
    }
  }
}

function messageOf(text: string | undefined): { message?: string } {
  return text === undefined || text.trim() === '' ? {} : { message: text.trim().slice(0, LONGEST_MESSAGE) };
}
