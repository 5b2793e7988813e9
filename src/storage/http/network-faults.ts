/** What a fault of a server or of the way to it means to the user. */
export interface FaultKind {
  readonly code: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const unreachable: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check that the server runs, and the network and firewalls between here and there.',
  retryable: true,
};

const unknownHost: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check the name of the server and the name servers.',
  retryable: true,
};

const cut: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check that the server runs; some servers cut the line in place of saying that a quota is exceeded.',
  retryable: true,
};

const untrusted: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Give the storage target the certificate of the authority that signed the server: `ca: /path/to/ca.pem`.',
};

const wrongCertificate: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Use the host name that stands in the certificate as `endpoint`, or have the certificate renewed.',
};

const noTls: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check `endpoint`: this port speaks no TLS, or another version of it; a server without TLS is `http://`.',
};

/** By the code of the system, when there was no answer at all. */
export const networkFaults: Readonly<Record<string, FaultKind>> = {
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EADDRNOTAVAIL: unreachable,
  ETIMEDOUT: unreachable,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ECONNRESET: cut,
  ECONNABORTED: cut,
  EPIPE: cut,
  ERR_STREAM_PREMATURE_CLOSE: cut,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: wrongCertificate,
  CERT_NOT_YET_VALID: wrongCertificate,
  ERR_TLS_CERT_ALTNAME_INVALID: wrongCertificate,
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
};
