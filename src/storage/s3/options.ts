import type { Instant } from '../../base/clock.ts';
import type { Immutability, S3Storage } from '../../plan/model/storage.ts';

/** Where and how, with every secret resolved. */
export interface S3StoreOptions extends Pick<
  S3Storage,
  'bucket' | 'prefix' | 'endpoint' | 'region' | 'pathStyle' | 'ca' | 'storageClass' | 'thaw'
> {
  /** A customer's key is 32 bytes, as base64. */
  readonly encryption?:
    | { readonly kind: 'server' }
    | { readonly kind: 'kms'; readonly key: string | undefined }
    | { readonly kind: 'customer'; readonly key: string }
    | undefined;
  /** Undefined: the default chain of Amazon's tools. */
  readonly credentials?: S3Credentials | undefined;
  /** Requests at once; default 8. */
  readonly connections?: number | undefined;
  readonly immutable?: Immutability | undefined;
  /** Signs requests and decides until when objects are locked. Default: the clock of this machine. */
  readonly now?: () => Instant;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}
