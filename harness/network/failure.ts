/** Why a connection failed, told by the code that Node, undici or OpenSSL gave it. */
export interface NetworkFailure {
  /** `tls`: no trusted handshake, so trying again can't help. */
  kind: 'tls' | 'connection';
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`…; `unknown` when there is none. */
  code: string;
}

/** Reads the code off an error or its cause (`fetch` wraps the real one). */
export function networkFailureOf(error: unknown): NetworkFailure {
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause) ?? 'unknown';
  return { kind: TLS_CODE.test(code) ? 'tls' : 'connection', code };
}

const TLS_CODE = /CERT|TLS|SSL|EPROTO|UNABLE_TO|SELF_SIGNED|HOSTNAME_MISMATCH/;

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
