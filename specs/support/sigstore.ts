import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';
import { afterAll, beforeAll } from 'vitest';

/** A sigstore of its own: Fulcio, a certificate log, Rekor and a timestamp authority, on 127.0.0.1. */
export interface LocalSigstore {
  services: { fulcioUrl: URL; rekorUrl: URL; tsaUrl: URL };
  /** What a policy trusts it by. */
  trustedRoot: TrustedRoot;
  /** What Rekor keeps, newest last. */
  logged: string[];
  /** The path of every request to any of them. */
  asked: string[];
  stop(): void;
}

type TrustedRoot = ReturnType<typeof rootOf>;

/** Runs while the specs of a file do. */
export function useSigstore(options?: Oddities): () => LocalSigstore {
  let running: LocalSigstore | undefined;
  beforeAll(async () => {
    running = await startSigstore(options);
  });
  afterAll(() => running?.stop());
  return () => {
    if (running === undefined) throw new Error('only within a test');
    return running;
  };
}

interface Oddities {
  /** What its log says the time is. */
  logTime?: Date;
  /** No log is told of its certificates. */
  secretly?: boolean;
}

async function startSigstore({ logTime, secretly = false }: Oddities = {}): Promise<LocalSigstore> {
  const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ctLog = await initializeCTLog(newKeys());
  const ca = await initializeCA(newKeys(), secretly ? undefined : ctLog);
  const tLog = await initializeTLog('http://sigstore.test', newKeys(), logTime);
  const tsaTime = new Date();
  const tsa = await initializeTSA(newKeys(), tsaTime);
  const logged: string[] = [];
  const asked: string[] = [];
  const rekor = rekorHandler({
    ...tLog,
    publicKey: tLog.publicKey,
    log: (proposed) => {
      const entry = canonical(proposed);
      logged.push(JSON.stringify(entry));
      return tLog.log(entry);
    },
  });
  const handlers = [fulcioHandler(ca), rekor, tsaHandler(tsa)];
  const server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    // In whole seconds, as sigstore's own: of parts of one it writes `.07` as `.7`, which nothing reads.
    tsaTime.setTime(Math.floor(Date.now() / 1000) * 1000);
    const {
      statusCode,
      response: body,
      contentType,
    } = (await handlers.find(({ path }) => path === request.url)?.fn(await text(request))) ?? {
      statusCode: 404,
      response: '',
    };
    const bytes = typeof body === 'string' ? body : new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    response.writeHead(statusCode, { 'content-type': contentType ?? 'text/plain' }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    services: { fulcioUrl: url, rekorUrl: url, tsaUrl: url },
    trustedRoot: rootOf({
      ca: [ca.rootCertificate],
      tsa: [tsa.intCertificate, tsa.rootCertificate],
      tLog: tLog.publicKey,
      ctLog: ctLog.publicKey,
    }),
    logged,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A token as a CI hands it to a job. Nobody signed it: this Fulcio takes everybody's word. */
export function tokenFor({ issuer, subject }: { issuer: string; subject: string }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'none' }), part({ iss: issuer, sub: subject, aud: 'sigstore' }), 'b2YtdGhlLXByb3ZpZGVy'].join(
    '.',
  );
}

/** What a real Rekor makes of an entry of type `dsse`: it checks the envelope, and keeps hashes alone. */
function canonical(proposed: object): object {
  const { apiVersion, kind, spec } = proposed as {
    apiVersion: string;
    kind: string;
    spec: { proposedContent: { envelope: string; verifiers: string[] } };
  };
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  const hash = (bytes: string | Buffer) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  });
  return {
    apiVersion,
    kind,
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: [{ signature: signatures[0].sig, verifier: verifiers[0] }],
    },
  };
}

type Bytes = ArrayBufferView<ArrayBuffer>;

function rootOf({ ca, tsa, tLog, ctLog }: { ca: Bytes[]; tsa: Bytes[]; tLog: Buffer; ctLog: Buffer }) {
  const base64 = (bytes: Bytes | Buffer) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const authority = (certificates: Bytes[]) => ({
    subject: { organization: 'sigstore.test', commonName: 'sigstore' },
    uri: 'http://sigstore.test',
    certChain: { certificates: certificates.map((each) => ({ rawBytes: base64(each) })) },
    validFor,
  });
  const log = (publicKey: Buffer) => ({
    baseUrl: 'http://sigstore.test',
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(publicKey), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [log(tLog)],
    certificateAuthorities: [authority(ca)],
    ctlogs: [log(ctLog)],
    timestampAuthorities: [authority(tsa)],
  };
}
