import { type CTRFReport, validate } from 'ctrf';
import { describe, expect, it } from 'vitest';
import { renderCtrf } from '../../../harness/report/ctrf.ts';
import { passing, refusing, reportOf, TESTS, unclear } from './sample-report.ts';

const render = (report: Parameters<typeof renderCtrf>[0]): CTRFReport => JSON.parse(renderCtrf(report));

describe('renderCtrf', () => {
  it.each([
    ['pass', passing],
    ['refuse', refusing],
    ['inconclusive', unclear],
  ])('is valid by the published schema for the verdict %s', (_, make) => {
    expect(validate(render(make()))).toEqual({ valid: true, errors: [] });
  });

  it('counts what could not tell as failed and keeps the word', () => {
    const { results } = render(unclear());
    expect(
      results.tests.filter(({ status }) => status === 'failed').map(({ name, rawStatus }) => [name, rawStatus]),
    ).toEqual([
      ['verdict', 'inconclusive'],
      ['No production credential is left', 'inconclusive'],
    ]);
    expect(results.summary).toMatchObject({ tests: 5, passed: 3, failed: 2, skipped: 0, other: 0 });
  });

  it('fails by its verdict when a required check never ran', () => {
    const { results } = render(reportOf(passing().checks, { required: ['egress.silent'] }));
    expect(results.tests[0]).toMatchObject({ status: 'failed', message: expect.stringContaining('egress.silent') });
  });

  it('has each test of an addon, valid by the published schema', () => {
    const ctrf = render({ ...passing(), tests: [...TESTS] });
    expect(validate(ctrf)).toEqual({ valid: true, errors: [] });
    const tests = ctrf.results.tests.filter(({ suite }) => suite?.[0] === 'shop');
    expect(tests.map(({ name, status, rawStatus, flaky }) => [name, status, rawStatus, flaky])).toEqual([
      ['test_shop.TestShop.test_passes', 'passed', 'passed', undefined],
      ['test_shop.TestShop.test_fails', 'failed', 'failed', undefined],
      ['test_shop.TestShop.test_errs', 'failed', 'error', undefined],
      ['test_shop.TestShop.test_is_left_out', 'skipped', 'skipped', undefined],
      ['test_shop.TestShop.test_wavers', 'passed', 'flaky', true],
      ['test_shop.TestShop.test_never_ends', 'failed', 'unfinished', undefined],
    ]);
  });
});
