import { expect, test } from 'vitest';
import { BACKGROUND_CALLS, KNOWN_NOISE, knownNoise } from '../../../harness/smoke/known-noise.ts';

const SEGMENTATION = 'mail/static/lib/selfie_segmentation/selfie_segmentation.js';

test("the file that Debian's package lacks is known noise", () => {
  const message = `'Could not get content for ${SEGMENTATION}.' in file '${SEGMENTATION}'`;
  expect(knownNoise('console-error', message)).toBeDefined();
});

test.each([
  ['console-error', "'Could not get content for sale/static/src/x.js.' in file 'sale/static/src/x.js'"],
  ['console-error', `TypeError in ${SEGMENTATION}`],
  ['console-error', `'Could not get content for ${SEGMENTATION}.' in file '${SEGMENTATION}' and more`],
  ['script-error', `'Could not get content for ${SEGMENTATION}.' in file '${SEGMENTATION}'`],
] as const)('%s %j is no known noise', (kind, message) => {
  expect(knownNoise(kind, message)).toBeUndefined();
});

test('every entry matches whole messages and says why it is there', () => {
  for (const { message, reason, seenIn } of KNOWN_NOISE) {
    expect(message.source).toMatch(/^\^.*\$$/);
    expect(reason.length).toBeGreaterThan(20);
    expect(seenIn).toMatch(/Odoo \d+/);
  }
});

test.each(['/web/dataset/call_kw/res.partner/web_search_read', '/web/action/load', '/my/bus/x'])(
  '%s is waited for',
  (path) => {
    expect(BACKGROUND_CALLS.some((call) => call.path.test(path))).toBe(false);
  },
);
