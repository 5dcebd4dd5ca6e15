import { InfrastructureError, UsageError } from '../../harness/errors.ts';
import { formatRepository, type Repository } from './reference.ts';

/** No connection to the registry, or it broke, also after repeating. */
export class RegistryUnreachable extends InfrastructureError {
  constructor(origin: string, networkCode: string) {
    super('registry-unreachable', `The registry at ${origin} can't be reached (${networkCode}).`, {
      next: 'Check that the registry runs and that host and port are right.',
    });
  }
}

/** The TLS handshake failed; outside loopback a registry has to speak https. */
export class RegistryTlsError extends InfrastructureError {
  constructor(origin: string, tlsCode: string) {
    super('registry-tls', `No trusted TLS connection to ${origin} (${tlsCode}).`, {
      next: "Name your certificate authority's file in NODE_EXTRA_CA_CERTS; plain http is allowed on loopback only.",
    });
  }
}

/** No complete answer in time. */
export class RegistryTimeout extends InfrastructureError {
  constructor(origin: string, timeoutMs: number) {
    super('registry-timeout', `The registry at ${origin} did not answer within ${timeoutMs} ms.`, {
      next: 'Check the registry and the way to it, then run the same command again.',
    });
  }
}

/** A status that is neither success nor a plain "not there": 429 and 5xx after repeating, or anything unexpected. */
export class RegistryStatusError extends InfrastructureError {
  readonly status: number;

  constructor(what: string, status: number, registryCodes: readonly string[] = []) {
    const codes = registryCodes.length > 0 ? ` (${registryCodes.join(', ')})` : '';
    super('registry-status', `The registry answered ${what} with HTTP ${status}${codes}.`, {
      next:
        status === 429 || status >= 500
          ? "Look at the registry's state and run the same command again later."
          : 'Check that the address is that of a registry and that it allows the operation.',
    });
    this.status = status;
  }
}

/** The registry wants a login that it does not accept, or that is not there (401). */
export class RegistryLoginRefused extends UsageError {
  constructor(registry: string, hadCredentials: boolean) {
    const what = hadCredentials ? 'did not accept the stored login' : 'wants a login, and none is stored';
    super('registry-login', `The registry ${registry} ${what}.`, {
      next: `Run docker login ${registry} with a login that may pull from and push to the repository.`,
    });
  }
}

/** The login is good, but not for this (403). */
export class RegistryForbidden extends UsageError {
  constructor(what: string) {
    super('registry-forbidden', `The registry does not allow ${what}.`, {
      next: 'Give the login the right to pull from and push to the repository.',
    });
  }
}

/** A part of an image is not where the image is. */
export class ImageIncomplete extends UsageError {
  constructor(part: string, repository: Repository) {
    super('image-incomplete', `${part} of the image is not in ${formatRepository(repository)}.`, {
      next: 'Push the image again, whole, with all of its platforms.',
    });
  }
}

type Distrust =
  | 'registry-blob'
  | 'registry-digest'
  | 'registry-manifest'
  | 'registry-redirect'
  | 'registry-challenge'
  | 'registry-answer';

/** The registry said something that must not be believed or followed. */
export class RegistryDistrusted extends InfrastructureError {
  constructor(code: Distrust, message: string) {
    super(code, message, { next: 'Nothing was promoted on it: check the registry and any proxy before it.' });
  }
}
