import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followsPatterns, placeholdersOf } from '../../../deploy/promote/tag-pattern.ts';

const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}$/);
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));

describe('a pattern', () => {
  it.each([
    ['{version}', ['version']],
    ['uat-{sha}', ['sha']],
    ['prod-v{version}-{region}', ['version', 'region']],
    ['prod', []],
    ['', undefined],
    ['uat v1', undefined],
    ['{a}{a}', undefined],
    ['uat-{', undefined],
    ['uat-{A}', undefined],
    ['(x)+', undefined],
  ])('%j has the placeholders %j', (pattern, names) => {
    expect(placeholdersOf(pattern)).toEqual(names);
  });
});

it('the same version goes on, and no other', () => {
  const step = { from: 'uat-v{version}', to: 'prod-v{version}' };
  fc.assert(
    fc.property(version, version, (from, to) => {
      expect(followsPatterns(step, { from: `uat-v${from}`, to: `prod-v${to}` })).toBe(from === to);
    }),
  );
});

it('a pattern without placeholders lets itself pass, and nothing else', () => {
  fc.assert(
    fc.property(tag, tag, tag, (pattern, other, to) => {
      expect(followsPatterns({ from: pattern, to }, { from: other, to })).toBe(pattern === other);
    }),
  );
});

it('whatever tags and patterns there are, it answers', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), tag, (from, to, pattern) => {
      expect(typeof followsPatterns({ from: pattern, to: pattern }, { from, to })).toBe('boolean');
      expect(() => placeholdersOf(from)).not.toThrow();
    }),
  );
});

it('a long tag is answered at once, however it ends', () => {
  const step = { from: '{version}', to: '{version}' };
  const long = `${'1.1-'.repeat(31)}!`;
  expect(followsPatterns(step, { from: long, to: long })).toBe(false);
});
