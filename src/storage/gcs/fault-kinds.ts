import { type FaultKind, networkFaults } from '../http/network-faults.ts';

function refused(hint: string): FaultKind {
  return { code: 'storage-refused', hint };
}

const wrongCredentials = refused(
  'Check that the key of the service account is still valid, and that the clock of this machine is right.',
);

const skewed = refused('Set the clock of this machine (NTP): it differs too much from that of the server.');

const denied = refused(
  'Give this account the roles that docs/storage/gcs.md names, for this bucket. Google says the same of a bucket that does not exist.',
);

export const noCredentials = refused(
  'Give the storage target the key of a service account, or set GOOGLE_APPLICATION_CREDENTIALS, or a role of the machine.',
);

const noKey = refused('Check that the JSON of the service account is whole: `private_key` is not a key.');

const missing: FaultKind = {
  code: 'storage-missing',
  hint: 'Check `bucket` and `endpoint` of the storage target; muster makes no buckets.',
};

const locked: FaultKind = {
  code: 'object-locked',
  hint: 'A retention policy or a hold of the bucket keeps it: remove it when that has ended, or ask whoever set it.',
};

const billing = refused('Look at the billing of the project: it is off, or the project has been closed.');

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Raise the quota, or free space with `muster prune`, then run it again.',
};

const busy: FaultKind = { code: 'storage-failed', hint: 'Lower `connections` of the storage target.', retryable: true };

const later: FaultKind = { code: 'storage-failed', hint: 'Try again later.', retryable: true };

const damaged: FaultKind = {
  code: 'storage-failed',
  hint: 'Data was changed on its way to the server: if it happens again, look for a faulty proxy, network card or memory.',
  retryable: true,
};

export const otherFault: FaultKind = {
  code: 'storage-failed',
  hint: 'Check `endpoint` and `storageClass` of the storage target, and look into the logs of the project.',
};

/** One word of the server stands for several faults, and answers to downloads have none; the text tells them apart. */
export const faultsByText: readonly { readonly pattern: RegExp; readonly kind: FaultKind }[] = [
  { pattern: /bucket does not exist/i, kind: missing },
  {
    pattern: /^no such object/i,
    kind: { code: 'object-missing', hint: 'Check that this is the right storage target; else use another copy.' },
  },
  { pattern: /md5.*(?:match|doesn't|does not)|crc32c.*(?:match|doesn't|does not)/i, kind: damaged },
  { pattern: /check your iat and exp|token used too early/i, kind: skewed },
  { pattern: /DECODER routines|asymmetric key|PEM/, kind: noKey },
  { pattern: /could not load the default credentials/i, kind: noCredentials },
  { pattern: /storage ?class/i, kind: refused('Set `storageClass` of the storage target to one that Google has.') },
];

/** By the server's own word. Source: the list of HTTP status and error codes of the JSON API of Cloud Storage. */
export const faultsByReason: Readonly<Record<string, FaultKind>> = {
  authError: wrongCredentials,
  required: wrongCredentials,
  expired: wrongCredentials,
  forbidden: denied,
  insufficientPermissions: denied,
  accountDisabled: billing,
  billingNotEnabled: billing,
  userProjectAccountProblem: billing,
  retentionPolicyNotMet: locked,
  objectUnderActiveHold: locked,
  quotaExceeded: full,
  rateLimitExceeded: busy,
  userRateLimitExceeded: busy,
  backendError: later,
  internalError: later,
  conditionNotMet: later,
  SSLRequired: refused('Use `https://` in `endpoint`.'),
};

export const faultsByStatus: Readonly<Record<number, FaultKind>> = {
  401: wrongCredentials,
  403: denied,
  404: missing,
  407: refused('Check the proxy that the environment names (HTTPS_PROXY), and its password.'),
  408: later,
  413: { code: 'storage-failed', hint: 'Allow larger requests in the proxy before the server.' },
  429: busy,
  503: busy,
  507: full,
};

/** By the code of the system, when there was no answer at all. */
export const faultsByCode: Readonly<Record<string, FaultKind | undefined>> = {
  ...networkFaults,
  ECONNABORTED: networkFaults['ECONNRESET'],
};
