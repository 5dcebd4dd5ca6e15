import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crypto, dsse } from '@sigstore/core';
import { expect, it, onTestFinished } from 'vitest';
import { EVIDENCE, newSigner, sealed } from './sample-evidence.ts';

const { key, signer } = newSigner();

it("sigstore's own DSSE library finds the signature good", () => {
  const { payload, payloadType, signatures } = JSON.parse(sealed(key));
  const signed = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
  const signature = Buffer.from(signatures[0].sig, 'base64');
  expect(crypto.verify(signed, signer.publicKey, signature)).toBe(true);
  expect(crypto.verify(Buffer.concat([signed, Buffer.from(' ')]), signer.publicKey, signature)).toBe(false);
});

it('what is signed is written as the DSSE protocol says', () => {
  const { payload, signatures } = JSON.parse(sealed(key));
  const body = Buffer.from(payload, 'base64');
  const type = 'application/vnd.in-toto+json';
  const signed = Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} ${body.toString('latin1')}`, 'latin1');
  expect(verify(null, signed, createPublicKey(key.key), Buffer.from(signatures[0].sig, 'base64'))).toBe(true);
});

it('the statement is an in-toto test result about the image by digest', () => {
  const statement = JSON.parse(Buffer.from(JSON.parse(sealed(key)).payload, 'base64').toString());
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: EVIDENCE.repository, digest: { sha256: 'a'.repeat(64) } }],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: { result: 'PASSED', passedTests: ['smoke.login', 'sanitize.crons'], failedTests: ['coverage.total'] },
  });
});

it('openssl finds the signature good with the public key alone, and a changed statement not', () => {
  const { payload, payloadType, signatures } = JSON.parse(sealed(key));
  const folder = mkdtempSync(join(tmpdir(), 'odoo-gate-spec-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const publicKey = file('ci.pub', signer.publicKey.export({ type: 'spki', format: 'pem' }));
  const signature = file('signature', Buffer.from(signatures[0].sig, 'base64'));
  const verified = (body: Buffer) => {
    const signed = file('signed', dsse.preAuthEncoding(payloadType, body));
    const how = ['pkeyutl', '-verify', '-pubin', '-inkey', publicKey, '-rawin', '-in', signed, '-sigfile', signature];
    return spawnSync('openssl', how).status === 0;
  };
  const body = Buffer.from(payload, 'base64');
  expect(verified(body)).toBe(true);
  expect(verified(Buffer.concat([body, Buffer.from(' ')]))).toBe(false);
});
