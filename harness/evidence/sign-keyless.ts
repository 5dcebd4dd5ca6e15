import { InfrastructureError, messageOf, UsageError } from '../errors.ts';
import { PAYLOAD_TYPE } from './dsse.ts';
import { type Sign, signedFile } from './sign.ts';

/** Where to sign; sigstore's public instance unless told. */
export interface SigstoreServices {
  fulcioUrl?: URL | undefined;
  /** Of Rekor's first protocol, `/api/v1`. */
  rekorUrl?: URL | undefined;
  /** A timestamp of its own beside Rekor's; none unless told. */
  tsaUrl?: URL | undefined;
}

const REQUESTS = { timeout: 30_000, retry: { retries: 2, minTimeout: 500 } };
const OFFLINE = 'A key signs without any of this: `odoo-gate keys`, then --sign-key-env.';

/**
 * Signs as whoever the environment says this job is: a key of one use, certified by Fulcio, logged by Rekor. Throws
 * `UsageError('keyless-no-identity')` at once; signing throws `UsageError('keyless-token')`, and
 * `InfrastructureError('keyless-failed')` when one of the services does not answer as it should.
 */
export function signKeyless(services: SigstoreServices, environment: NodeJS.ProcessEnv = process.env): Sign {
  if (!hasIdentity(environment)) throw noIdentity();
  return async (statement) => {
    // Loaded here: who signs with keys does not wait for it.
    const [sigstore, { bundleFromJSON, bundleToJSON }] = await Promise.all([
      import('@sigstore/sign'),
      import('@sigstore/bundle'),
    ]);
    let token = '';
    const identityProvider = {
      getToken: async () => {
        const given: unknown = await new sigstore.CIContextProvider().getToken();
        // A provider that refuses gives an answer without one.
        if (typeof given !== 'string') throw new TypeError('no token');
        token = given;
        return token;
      },
    };
    const { fulcioUrl, rekorUrl, tsaUrl } = services;
    const { FulcioSigner, RekorWitness, TSAWitness, DSSEBundleBuilder } = sigstore;
    const builder = new DSSEBundleBuilder({
      signer: new FulcioSigner({
        identityProvider,
        ...REQUESTS,
        ...(fulcioUrl ? { fulcioBaseURL: baseOf(fulcioUrl) } : {}),
      }),
      witnesses: [
        // Of an entry of type `dsse` the log keeps hashes alone; of `intoto` it would show the report to everybody.
        new RekorWitness({ entryType: 'dsse', ...REQUESTS, ...(rekorUrl ? { rekorBaseURL: baseOf(rekorUrl) } : {}) }),
        ...(tsaUrl ? [new TSAWitness({ tsaBaseURL: baseOf(tsaUrl), ...REQUESTS })] : []),
      ],
    });
    try {
      const bundle = await builder.create({ data: Buffer.from(statement, 'utf8'), type: PAYLOAD_TYPE });
      const json = bundleToJSON(bundle);
      // What a log left out is missed now, not when it is promoted.
      bundleFromJSON(json);
      return signedFile(json);
    } catch (error) {
      throw failed(error, token);
    }
  };
}

/** As sigstore's own provider looks for it. */
function hasIdentity(environment: NodeJS.ProcessEnv): boolean {
  const { SIGSTORE_ID_TOKEN, ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN, BUILDKITE } = environment;
  const github = ACTIONS_ID_TOKEN_REQUEST_URL && ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  return Boolean(SIGSTORE_ID_TOKEN || github || BUILDKITE === 'true');
}

function baseOf({ href }: URL): string {
  return href.replace(/\/+$/, '');
}

const SERVICES: Readonly<Record<string, string>> = {
  IDENTITY_TOKEN_READ_ERROR: 'The provider of identities',
  CA_CREATE_SIGNING_CERTIFICATE_ERROR: 'Fulcio',
  TLOG_CREATE_ENTRY_ERROR: 'Rekor',
  TLOG_FETCH_ENTRY_ERROR: 'Rekor',
  TSA_CREATE_TIMESTAMP_ERROR: 'The timestamp authority',
};

/** Nothing of what sigstore says is passed on as it is: it quotes the token. */
function failed(error: unknown, token: string): Error {
  const { code = '', cause } = error as { code?: string; cause?: unknown };
  if (code === 'IDENTITY_TOKEN_PARSE_ERROR') {
    return new UsageError('keyless-token', 'The token of the environment names nobody.', {
      next: `Give SIGSTORE_ID_TOKEN an OpenID token for the audience "sigstore". ${OFFLINE}`,
    });
  }
  const status = (cause as { statusCode?: number } | undefined)?.statusCode;
  const what = status === undefined ? 'can not be reached, or does not answer as it should' : `answered ${status}`;
  return new InfrastructureError('keyless-failed', `${SERVICES[code] ?? 'Sigstore'} ${what}; nothing is signed.`, {
    next: `Look at the network and at --fulcio-url, --rekor-url and --tsa-url, then run it again. ${OFFLINE}`,
    cause: new Error(token === '' ? messageOf(error) : messageOf(error).replaceAll(token, '…')),
  });
}

function noIdentity(): UsageError {
  return new UsageError('keyless-no-identity', 'Nothing in the environment says who signs.', {
    next: `In GitHub Actions give the job \`permissions: id-token: write\`; in GitLab \`id_tokens: SIGSTORE_ID_TOKEN: aud: sigstore\`. ${OFFLINE}`,
  });
}
