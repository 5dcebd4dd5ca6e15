import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportError } from '../../cli/report-error.ts';
import { UsageError } from '../../harness/errors.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test('an error of ours is told with its code and what to do, and ends with its exit code', () => {
  expect(reportError(new UsageError('backup-missing', 'There is none.', { next: 'Give one.' }), false)).toBe(2);
  expect(printed).toMatch(/error \[backup-missing\] There is none\.\n {2}do: Give one\./);
});

test.each([false, true])('an unexpected error quotes no value (debug: %s)', (debug) => {
  const cause = new Error('Key (email)=(jane.doe@shop.example) already exists.');
  expect(reportError(new Error('duplicate key value "Jane Doe"', { cause }), debug)).toBe(3);
  expect(printed).not.toMatch(/jane|doe/i);
});

test('debugging shows where it was thrown', () => {
  reportError(new Error('broken'), true);
  expect(printed).toContain('report-error.spec.ts');
});
