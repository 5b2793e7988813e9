const faults: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True for a code by which Node says that it does not trust the other side's certificate. */
export function isCertificateFault(code: string | undefined): boolean {
  return code !== undefined && faults.has(code);
}

export const certificateHint =
  "If the server's certificate is signed by your own authority, set NODE_EXTRA_CA_CERTS to the PEM file of that authority.";
