import { expect, it } from 'vitest';
import { isAsSafe, isLoopback } from '../../../deploy/registry/http.ts';

it.each([
  ['http://localhost:5000', true],
  ['http://127.0.0.1', true],
  ['http://127.1', true],
  ['http://127.8.8.8:1', true],
  ['http://[::1]:5000', true],
  ['http://localhost.example.com', false],
  ['http://127.0.0.1.example.com', false],
  ['http://0.0.0.0', false],
  ['http://10.0.0.1', false],
  ['http://[::2]', false],
  ['http://example.com', false],
])('%s is on this machine: %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});

it.each([
  ['https://a.example', 'https://b.example', true],
  ['http://localhost:1', 'http://127.0.0.1:2', true],
  ['http://localhost:1', 'https://b.example', true],
  ['https://a.example', 'http://a.example', false],
  ['https://a.example', 'http://localhost', false],
  ['http://localhost', 'http://a.example', false],
  ['https://a.example', 'ftp://a.example', false],
])('from %s to %s is as safe: %s', (from, to, expected) => {
  expect(isAsSafe(new URL(from), new URL(to))).toBe(expected);
});
