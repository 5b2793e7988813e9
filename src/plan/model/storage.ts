import type { Milliseconds } from '../../base/clock.ts';
import type { CalendarDuration } from '../../base/duration.ts';
import type { Secret } from '../../base/secret.ts';
import type { Named, Retry } from './common.ts';

/**
 * A storage target: where a vault is kept. The first key of the plan that fits opens it; all keys of the plan get a slot
 * when it is made.
 */
export type Storage = LocalStorage | S3Storage | SftpStorage | RestStorage | AzureStorage | GcsStorage;

export interface LocalStorage extends StorageCommon {
  readonly type: 'local';
  /** Absolute path of the vault's folder. */
  readonly path: string;
  /** Nothing but locks is ever removed or replaced here by muster. */
  readonly appendOnly: boolean;
}

/** Any server that speaks S3. */
export interface S3Storage extends StorageCommon {
  readonly type: 's3';
  readonly bucket: string;
  /** Before every object's name, without `/` at its ends; empty: the vault is the whole bucket. */
  readonly prefix: string;
  /** Undefined: Amazon's, by the region. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** `https://endpoint/bucket/name` in place of `https://bucket.endpoint/name`. */
  readonly pathStyle: boolean;
  /** Absolute path of a PEM file with further certificate authorities. */
  readonly ca: string | undefined;
  /** Of packs of data; everything else has the bucket's default, so that a vault can always be listed and opened. */
  readonly storageClass: string | undefined;
  /** How packs in an archive class are asked back. */
  readonly thaw: { readonly tier: 'expedited' | 'standard' | 'bulk'; readonly days: number };
  readonly encryption: S3Encryption | undefined;
  /** Undefined: the default chain of Amazon's tools (environment, profile, role of the machine). */
  readonly credentials:
    | { readonly accessKeyId: Secret; readonly secretAccessKey: Secret; readonly sessionToken: Secret | undefined }
    | undefined;
}

/** By the server: with its own key, with one of its key management, or with one that is sent along (32 bytes, base64). */
export type S3Encryption =
  | { readonly kind: 'server' }
  | { readonly kind: 'kms'; readonly key: string | undefined }
  | { readonly kind: 'customer'; readonly key: Secret };

/** A folder on another host, by OpenSSH's file transfer. */
export interface SftpStorage extends StorageCommon {
  readonly type: 'sftp';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly path: string;
  /** Absolute path of a private key; undefined: the agent. */
  readonly identity: string | undefined;
  /** Opens the private key. */
  readonly passphrase: Secret | undefined;
  /** `SHA256:…` as ssh-keygen prints it. Undefined: `knownHosts` decides. A host that neither knows is refused. */
  readonly hostKey: string | undefined;
  /** Absolute path. */
  readonly knownHosts: string | undefined;
}

/** restic's REST server. */
export interface RestStorage extends StorageCommon {
  readonly type: 'rest';
  readonly url: string;
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly ca: string | undefined;
  /** The server was started with `--append-only`: nothing but locks is removed or replaced. */
  readonly appendOnly: boolean;
}

/** A container of Azure Blob Storage. */
export interface AzureStorage extends StorageCommon {
  readonly type: 'azure';
  readonly account: string;
  readonly container: string;
  /** Before every blob's name, without `/` at its ends. */
  readonly prefix: string;
  /** Of the blob service. Undefined: that of the account in the public cloud. */
  readonly endpoint: string | undefined;
  readonly ca: string | undefined;
  /** Of packs of data. */
  readonly accessTier: 'hot' | 'cool' | 'cold' | undefined;
  /** Undefined: the default chain of Azure's tools. */
  readonly credentials: { readonly accountKey: Secret } | { readonly sas: Secret } | undefined;
}

/** A bucket of Google Cloud Storage. */
export interface GcsStorage extends StorageCommon {
  readonly type: 'gcs';
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint: string | undefined;
  /** Absolute path of a PEM file with further certificate authorities. */
  readonly ca: string | undefined;
  /** Of packs of data. */
  readonly storageClass: string | undefined;
  /** JSON of a service account. Undefined: the default chain of Google's tools. */
  readonly credentials: Secret | undefined;
}

export interface StorageCommon extends Named {
  /** Bytes that may be used; `status` compares. */
  readonly capacity: number | undefined;
  /** Name of the failure domain (a room, a site, a region). Copies in one location count as one location. */
  readonly location: string | undefined;
  /** How soon its data is at hand: restores prefer the hotter copy. */
  readonly tier: StorageTier | undefined;
  /** Replaces the retention of systems and schedules for what is kept here. */
  readonly retention: string | undefined;
  readonly limit: TransferLimit | undefined;
  /** Requests at once; undefined: what suits the kind of storage. */
  readonly connections: number | undefined;
  /** Of single requests that failed for a reason that may pass. Undefined: the default of the kind. */
  readonly retry: Retry | undefined;
  readonly immutable: Immutability | undefined;
  /** Backups older than that go to another target, in this order. */
  readonly lifecycle: readonly { readonly after: CalendarDuration; readonly to: string }[];
  /** The oldest backups go to another target while more than this share (0 to 1) of `capacity` is used. */
  readonly rebalance: { readonly above: number; readonly to: string } | undefined;
  readonly price: StoragePrice | undefined;
}

export type StorageTier = 'hot' | 'warm' | 'cold' | 'archive';

/** Bytes a second; outside the window there is no limit. */
export interface TransferLimit {
  readonly upload: number | undefined;
  readonly download: number | undefined;
  /** Minutes since midnight in the zone; `until` before `from` goes over midnight. */
  readonly window: { readonly from: number; readonly until: number; readonly timezone: string } | undefined;
}

/** No object may be removed or replaced for that long after it was written, or after it was needed again. */
export interface Immutability {
  /** `compliance`: by nobody at all. `governance`: by those with a right of their own for it. */
  readonly mode: 'governance' | 'compliance';
  readonly for: Milliseconds;
}

/** In units of `currency`. */
export interface StoragePrice {
  readonly currency: string;
  /** A GiB for a month. */
  readonly storage: number;
  /** A GiB that is read. */
  readonly download: number;
  /** A thousand requests that write or list. */
  readonly requests: number;
}
