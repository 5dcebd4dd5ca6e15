import { describe, expect, test } from 'vitest';
import { parseUserRules } from '../../../harness/config/user-rules.ts';
import { listRules } from '../../../harness/sanitize-checks/list-rules.ts';

const checks = listRules([]);

describe('the list of rules', () => {
  test.each(checks.map((check) => [check.id, check] as const))(
    'says of %s why, and how that is known',
    (_id, check) => {
      expect(check.why).toMatch(/^[A-Z"].{20,}\.$/);
      expect(check.source).toMatch(/Odoo|PostgreSQL/);
      expect([...check.rules.map(({ location }) => location), ...check.beside]).not.toEqual([]);
    },
  );

  test('gives each rule a place, what is wrong, what to do, why, a source and the Odoo that it is for', () => {
    for (const { location, says, fix, why, source, odoo } of checks.flatMap(({ rules }) => rules)) {
      expect(location).toMatch(/^[a-z0-9_]+(\.[a-z0-9_]+|\[[a-z0-9._]+\])?$/);
      for (const text of [says, fix, why, source]) expect(text).not.toBe('');
      expect(odoo[0]).toBeLessThanOrEqual(odoo[1]);
      expect(odoo[0]).toBeGreaterThanOrEqual(14);
    }
  });

  test('names no check twice', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });

  test("has the user's own, with what they say", () => {
    const own = parseUserRules(
      'rules: [{id: acme, table: acme_settings, column: key, neutral: null, severity: high, why: the live interface, fix: Empty it.}]',
    );
    expect(listRules(own).at(-1)).toMatchObject({
      id: 'sanitize.custom.acme',
      severity: 'high',
      why: 'the live interface',
      rules: [{ location: 'acme_settings.key', fix: 'Empty it.' }],
    });
  });
});
