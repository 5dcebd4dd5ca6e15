import { expect, it } from 'vitest';
import { parseChallenges } from '../../../deploy/registry/challenge.ts';

it.each([
  ['', []],
  ['Basic realm="x"', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
  ['BASIC', [{ scheme: 'basic', parameters: {} }]],
  [
    'Bearer realm="https://a.example/t",service="r",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: { realm: 'https://a.example/t', service: 'r', scope: 'repository:a/b:pull,push' },
      },
    ],
  ],
  [
    'Basic realm="a, b", Bearer realm=https://a.example , Service = "r"',
    [
      { scheme: 'basic', parameters: { realm: 'a, b' } },
      { scheme: 'bearer', parameters: { realm: 'https://a.example', service: 'r' } },
    ],
  ],
  ['Bearer realm="a \\"quoted\\" b"', [{ scheme: 'bearer', parameters: { realm: 'a "quoted" b' } }]],
  ['Bearer realm="first",realm="second"', [{ scheme: 'bearer', parameters: { realm: 'first' } }]],
  ['realm="without scheme"', []],
])('%s', (header, expected) => {
  expect(parseChallenges(header)).toEqual(expected);
});
