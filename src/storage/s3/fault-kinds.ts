import { type FaultKind, networkFaults } from '../http/network-faults.ts';

function refused(hint: string): FaultKind {
  return { code: 'storage-refused', hint };
}

const wrongCredentials = refused(
  'Check the access key and the secret of the storage target; blanks and line ends count.',
);

const expired = refused('Get new credentials: a session token is valid for some hours only.');

const denied = refused(
  'Give these credentials the rights that docs/storage/s3.md lists, for this bucket and everything in it.',
);

const noCredentials = refused(
  'Give the storage target credentials, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role.',
);

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Raise the quota, or free space with `muster prune`, then run it again.',
};

const missing: FaultKind = {
  code: 'storage-missing',
  hint: 'Check `bucket`, `endpoint` and `region` of the storage target; muster makes no buckets.',
};

const skewed = refused(
  'Set the clock of this machine (NTP): it differs from that of the server by more than 15 minutes.',
);

const encryption = refused('Check `encryption` of the storage target, and that these credentials may use the key.');

const unlockable = refused(
  'Object Lock must be enabled when a bucket is made: make a new one with it, or leave out `immutable`.',
);

const busy: FaultKind = { code: 'storage-failed', hint: 'Lower `connections` of the storage target.', retryable: true };

const damaged: FaultKind = {
  code: 'storage-failed',
  hint: 'Data was changed on its way to the server: if it happens again, look for a faulty proxy, network card or memory.',
  retryable: true,
};

const later: FaultKind = { code: 'storage-failed', hint: 'Try again later.', retryable: true };

export const badRegion: FaultKind = {
  code: 'storage-refused',
  hint: 'Set `region` of the storage target to the region of the bucket.',
};

/** By the server's own word. Sources: the list of errors of Amazon S3, of Ceph's gateway and of MinIO. */
export const faultsByName: Readonly<Record<string, FaultKind>> = {
  InvalidAccessKeyId: wrongCredentials,
  SignatureDoesNotMatch: wrongCredentials,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  InvalidToken: expired,
  CredentialsProviderError: noCredentials,
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AccountProblem: denied,
  RequestTimeTooSkewed: skewed,
  RequestExpired: skewed,
  NoSuchBucket: missing,
  InvalidBucketName: missing,
  PermanentRedirect: badRegion,
  AuthorizationHeaderMalformed: badRegion,
  IllegalLocationConstraintException: badRegion,
  QuotaExceeded: full,
  ServiceQuotaExceeded: full,
  QuotaExceededException: full,
  InsufficientStorage: full,
  XMinioStorageFull: full,
  TotalRequestSizeExceeded: full,
  NoSuchKey: { code: 'object-missing', hint: 'Check that this is the right storage target; else use another copy.' },
  InvalidObjectState: {
    code: 'object-archived',
    hint: 'A restore asks for it and waits: minutes to two days, by the class and `thaw.tier`. Copies and checks do not.',
  },
  InvalidStorageClass: refused('Set `storageClass` of the storage target to one that this server has.'),
  InvalidEncryptionAlgorithmError: encryption,
  ServerSideEncryptionConfigurationNotFoundError: encryption,
  ObjectLockConfigurationNotFoundError: unlockable,
  InvalidRequest: refused(
    'Check `immutable` (Object Lock must be enabled when a bucket is made), `encryption` and `storageClass`.',
  ),
  SlowDown: busy,
  TooManyRequests: busy,
  TooManyRequestsException: busy,
  ThrottlingException: busy,
  BandwidthLimitExceeded: busy,
  BadDigest: damaged,
  InvalidDigest: damaged,
  IncompleteBody: damaged,
  XAmzContentSHA256Mismatch: damaged,
  XAmzContentChecksumMismatch: damaged,
  NoSuchUpload: later,
  OperationAborted: later,
  ConditionalRequestConflict: later,
  GlacierExpeditedRetrievalNotAvailable: {
    code: 'storage-failed',
    hint: 'Set `thaw.tier` of the storage target to `standard`.',
  },
  TimeoutError: {
    code: 'storage-unreachable',
    hint: 'Check the network between here and the server.',
    retryable: true,
  },
};

/** Where the name says nothing, or where there is none: answers to HEAD have no text. */
export const faultsByStatus: Readonly<Record<number, FaultKind>> = {
  400: {
    code: 'storage-failed',
    hint: 'Check the settings of the storage target, above all `encryption`, `storageClass` and `region`.',
  },
  401: wrongCredentials,
  403: refused(
    'Check the access key, its secret, and the rights of these credentials (docs/storage/s3.md lists them).',
  ),
  404: missing,
  407: refused('Check the proxy that the environment names (HTTPS_PROXY), and its password.'),
  408: later,
  409: later,
  413: { code: 'storage-failed', hint: 'Allow larger requests in the proxy before the server.' },
  429: busy,
  503: busy,
  507: full,
};

const unknownHost: FaultKind = {
  code: 'storage-unreachable',
  hint: 'Check `endpoint` and the name servers; if the server has no host name for each bucket, set `pathStyle: true`.',
  retryable: true,
};

/** By the code of the system, when there was no answer at all. */
export const faultsByCode: Readonly<Record<string, FaultKind>> = {
  ...networkFaults,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
};
