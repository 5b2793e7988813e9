import { type FaultKind, networkFaults } from '../http/network-faults.ts';

function refused(hint: string): FaultKind {
  return { code: 'storage-refused', hint };
}

const wrongCredentials = refused(
  'Check `account` and the account key or SAS of the storage target, and that the clock of this machine is right.',
);

export const expired = refused(
  'Make a new SAS: this one has expired, or is not valid yet. Or set the clock of this machine.',
);

const skewed = refused(
  'Set the clock of this machine (NTP): it differs from that of the server by 15 minutes or more.',
);

const denied = refused('Give these credentials the rights that docs/storage/azure.md lists, for this container.');

const firewall = refused('Let the firewall of the storage account accept the address of this machine.');

const onlyTls = refused('Use `https://` in `endpoint`: such credentials go nowhere else.');

export const noCredentials = refused(
  'Give the storage target an account key or a SAS, or let the machine have an identity: docs/storage/azure.md.',
);

const missing: FaultKind = {
  code: 'storage-missing',
  hint: 'Check `account`, `container` and `endpoint` of the storage target; muster makes no containers.',
};

const full: FaultKind = {
  code: 'storage-full',
  hint: 'Raise the limit of the storage account, or free space with `muster prune`, then run it again.',
};

const busy: FaultKind = { code: 'storage-failed', hint: 'Lower `connections` of the storage target.', retryable: true };

const later: FaultKind = { code: 'storage-failed', hint: 'Try again later.', retryable: true };

const damaged: FaultKind = {
  code: 'storage-failed',
  hint: 'Data was changed on its way to the server: if it happens again, look for a faulty proxy, network card or memory.',
  retryable: true,
};

const locked: FaultKind = {
  code: 'object-locked',
  hint: 'A policy or hold of the container keeps it: remove it when that has ended, or ask whoever set it.',
};

const archived: FaultKind = {
  code: 'object-archived',
  hint: 'Wait until it was asked back from the archive tier: up to 15 hours.',
};

const tier = refused('Set `accessTier` of the storage target to one that this kind of account has.');

export const otherFault: FaultKind = {
  code: 'storage-failed',
  hint: 'Look at the metrics and logs of the storage account, or ask who runs it.',
};

/** One word of the server stands for several faults; its text tells them apart. */
export const faultsByText: readonly { readonly pattern: RegExp; readonly kind: FaultKind }[] = [
  { pattern: /signature not valid in the specified time frame/i, kind: expired },
  { pattern: /request date header too old/i, kind: skewed },
  // Azurite calls it `AuthorizationFailure`.
  { pattern: /^server failed to authenticate the request/i, kind: wrongCredentials },
  // What the library itself says of a token and a server without TLS.
  { pattern: /not permitted for non-TLS protected/i, kind: onlyTls },
];

/** By the server's own word. Source: the lists of common and of blob service error codes of Azure Storage. */
export const faultsByName: Readonly<Record<string, FaultKind>> = {
  AuthenticationFailed: wrongCredentials,
  InvalidAuthenticationInfo: wrongCredentials,
  NoAuthenticationInformation: wrongCredentials,
  AccountIsDisabled: refused('Have the storage account enabled again.'),
  AuthorizationFailure: refused(
    'Check these credentials, their rights (docs/storage/azure.md), and the firewall of the storage account.',
  ),
  AuthorizationPermissionMismatch: denied,
  AuthorizationServiceMismatch: denied,
  AuthorizationResourceTypeMismatch: denied,
  InsufficientAccountPermissions: denied,
  KeyBasedAuthenticationNotPermitted: refused(
    'The storage account forbids account keys: leave out `credentials` and give the machine an identity.',
  ),
  AuthorizationSourceIPMismatch: firewall,
  AuthorizationProtocolMismatch: onlyTls,
  AccountRequiresHttps: onlyTls,
  ContainerNotFound: missing,
  ContainerDisabled: missing,
  InvalidResourceName: missing,
  ResourceNotFound: missing,
  BlobNotFound: { code: 'object-missing', hint: 'Check that this is the right storage target; else use another copy.' },
  BlobArchived: archived,
  BlobBeingRehydrated: archived,
  BlobImmutableDueToPolicy: locked,
  BlobImmutableDueToLegalHold: locked,
  SnapshotsPresent: refused('Remove the snapshots that somebody made of it; muster makes none, and removes none.'),
  LeaseIdMissing: refused('Somebody holds a lease of it: end the lease.'),
  InvalidBlobTier: tier,
  AccessTierNotSupportedForBlobType: tier,
  BlobAccessTierNotSupportedForAccountType: tier,
  Md5Mismatch: damaged,
  InvalidMd5: damaged,
  IncompleteBody: damaged,
  ServerBusy: busy,
  InternalError: later,
  OperationTimedOut: later,
  ContainerBeingDeleted: later,
  AccountBeingCreated: later,
  InvalidBlockList: later,
};

/** By the code of the system, or the library's own word, when there was no whole answer. */
export const faultsByCode: Readonly<Record<string, FaultKind | undefined>> = {
  ...networkFaults,
  AbortError: networkFaults['ECONNRESET'],
};

/** Where the name says nothing, or where there is none. */
export const faultsByStatus: Readonly<Record<number, FaultKind>> = {
  401: wrongCredentials,
  403: refused('Check the credentials of the storage target, and their rights (docs/storage/azure.md lists them).'),
  404: missing,
  407: refused('Check the proxy that the environment names (HTTPS_PROXY), and its password.'),
  408: later,
  409: later,
  413: { code: 'storage-failed', hint: 'Allow larger requests in the proxy before the server.' },
  429: busy,
  503: busy,
  507: full,
};
