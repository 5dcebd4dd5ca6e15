import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inconclusive } from '../../../harness/check.ts';
import { PAYLOAD_TYPE, seal } from '../../../harness/evidence/dsse.ts';
import { expired, openEvidence, otherSubject } from '../../../harness/evidence/open-evidence.ts';
import { type Evidence, renderStatement } from '../../../harness/evidence/statement.ts';
import type { Signer } from '../../../harness/evidence/trust.ts';
import { reportOf } from '../../deploy/promote/report.ts';
import { DIGEST, EVIDENCE, newSigner, sealed } from './sample-evidence.ts';

const { key, signer } = newSigner();
const stranger = newSigner({ name: 'stranger' });
const trusted = [signer];
const BODY = renderStatement(EVIDENCE);
const signed = (body: string, payloadType = PAYLOAD_TYPE) => JSON.stringify(seal(body, key, payloadType));
const edited = (from: string, to: string) => {
  expect(BODY).toContain(from);
  return signed(BODY.replace(from, to));
};
const envelope = () => JSON.parse(sealed(key));

it('evidence of a trusted signer is opened, and says what was signed', () => {
  const opened = openEvidence(sealed(key), trusted);
  expect(opened).toMatchObject({
    signer: { name: 'ci' },
    evidence: { environment: 'uat', repository: 'ghcr.io/acme/odoo' },
  });
  expect(opened).toHaveProperty('evidence.report.verdict', 'pass');
  expect(opened).toHaveProperty('evidence.report.subject.image.digest', DIGEST);
});

it('what could not tell is told to others as failed', () => {
  const report = reportOf(DIGEST, inconclusive('no browser'));
  const body = JSON.parse(renderStatement({ ...EVIDENCE, report }));
  expect(body.predicate).toMatchObject({ result: 'FAILED', warnedTests: ['smoke.login'] });
});

it('evidence about an image that no registry has is not made', () => {
  expect(() => renderStatement({ ...EVIDENCE, report: reportOf(undefined) })).toThrow(
    expect.objectContaining({ code: 'evidence-without-digest', exitCode: 2 }),
  );
});

describe('evidence is not trusted when', () => {
  it.each<[string, () => string, string]>([
    ['it is not JSON', () => 'no', 'evidence-unreadable'],
    ['it is cut off', () => sealed(key).slice(0, -20), 'evidence-unreadable'],
    ['it is a bare report', () => JSON.stringify(EVIDENCE.report), 'evidence-unreadable'],
    ['it has no signature', () => JSON.stringify({ ...envelope(), signatures: [] }), 'evidence-unreadable'],
    ['a key is unknown to the format', () => JSON.stringify({ ...envelope(), extra: 1 }), 'evidence-unreadable'],
    ['a stranger signed it', () => sealed(stranger.key), 'signer-unknown'],
    [
      'a stranger signed it under the key id of a trusted signer',
      () => {
        const forged = JSON.parse(sealed(stranger.key));
        forged.signatures[0].keyid = key.id;
        return JSON.stringify(forged);
      },
      'signer-unknown',
    ],
    [
      'its payload was changed after signing',
      () => {
        const payload = Buffer.from(BODY.replace('"high"', '"low"')).toString('base64');
        return JSON.stringify({ ...envelope(), payload });
      },
      'signer-unknown',
    ],
    [
      'its payload type was changed after signing',
      () => JSON.stringify({ ...envelope(), payloadType: 'text/plain' }),
      'signer-unknown',
    ],
    ['it was signed as something else', () => signed(BODY, 'application/json'), 'payload-type'],
    ['what was signed is no statement', () => signed('{}'), 'statement-malformed'],
    ['a key is there twice', () => edited('"result":', '"result":"FAILED","result":'), 'statement-malformed'],
    ['it is spelt another way', () => edited('{"_type"', '{ "_type"'), 'statement-malformed'],
    ['it is a statement of another type', () => edited('test-result/v0.1', 'vuln/v0.1'), 'statement-malformed'],
    [
      'it has two subjects',
      () => edited('"subject":[', `"subject":[{"name":"x","digest":{"sha256":"${'b'.repeat(64)}"}},`),
      'statement-subjects',
    ],
    [
      'its subject is another image than its report',
      () => edited(`"sha256":"${'a'.repeat(64)}"`, `"sha256":"${'b'.repeat(64)}"`),
      'statement-contradictory',
    ],
    [
      'its report contradicts itself',
      () => edited('"verdict":"pass"', '"verdict":"refuse"'),
      'statement-contradictory',
    ],
    ['its summary is not that of its report', () => edited('"PASSED"', '"FAILED"'), 'statement-contradictory'],
    [
      'its signer is not trusted for its environment',
      () => sealed(key, { environment: 'dev' }),
      'signer-other-environment',
    ],
  ])('%s', (_, json, code) => {
    expect(openEvidence(json(), trusted)).toMatchObject({ code, message: expect.any(String), fix: expect.any(String) });
  });

  it.each<[string, Signer[], string]>([
    ['its key is revoked', [{ ...signer, revoked: true }], 'signer-revoked'],
    ['its key is revoked in one entry and not in another', [signer, { ...signer, revoked: true }], 'signer-revoked'],
  ])('%s', (_, signers, code) => {
    expect(openEvidence(sealed(key), signers)).toMatchObject({ code });
  });
});

it.each<[string, Partial<Evidence>, string | undefined]>([
  ['another environment', { environment: 'dev' }, 'other-environment'],
  ['another repository', { repository: 'ghcr.io/acme/other' }, 'other-repository'],
  ['what is asked for', {}, undefined],
])('evidence about %s is told apart', (_, change, code) => {
  const other = otherSubject({ ...EVIDENCE, ...change }, { environment: 'uat', repository: 'ghcr.io/acme/odoo' });
  expect(other?.code).toBe(code);
});

it('evidence counts until the moment at which it expires', () => {
  const end = Date.parse(EVIDENCE.expiresAt);
  expect(expired(EVIDENCE, new Date(end - 1))).toBeUndefined();
  expect(expired(EVIDENCE, new Date(end))?.code).toBe('evidence-expired');
});

it('a run that can not see its image takes the word of the signer', () => {
  const report = { ...EVIDENCE.report, subject: {} };
  const opened = openEvidence(sealed(key, { run: 'coverage', report }), trusted);
  expect(opened).toMatchObject({ evidence: { run: 'coverage', digest: DIGEST } });
});

it('whichever byte is changed, it is refused or says the same as before', () => {
  const good = sealed(key);
  const opened = openEvidence(good, trusted);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
      const changed = `${good.slice(0, at)}${String.fromCharCode(code)}${good.slice(at + 1)}`;
      const result = openEvidence(changed, trusted);
      if (!('code' in result)) expect({ ...result, sha256: '' }).toEqual({ ...opened, sha256: '' });
    }),
  );
});

it('whatever is given as evidence, it is refused and nothing is thrown', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.base64String().map((payload) => JSON.stringify({ ...envelope(), payload })),
  );
  fc.assert(
    fc.property(anything, (text) => {
      expect(openEvidence(text, trusted)).toHaveProperty('code');
    }),
  );
});
