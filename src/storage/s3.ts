import type { Instant } from '../base/clock.ts';
import type { Immutability, S3Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from './store.ts';

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

/**
 * A bucket of any server that speaks S3, or what lies below a prefix of it. The bucket must exist; `prepare` looks that it
 * does, and that it locks objects where they are to be immutable. Single requests are not tried again here.
 *
 * Whether `If-None-Match` is honoured is known after the first `putNew`; `facts.conditionalWrites` is true until a server
 * has shown that it doesn't. `versions` and `archive` are always there: an administrator may switch versions on, or have a
 * rule move objects to an archive, at any time.
 *
 * Throws `storage-failed` when a file of authorities can't be read or a key doesn't fit; no request is made.
 */
export async function openS3Store(options: S3StoreOptions): Promise<ObjectStore> {
  const { S3Store } = await import('./s3/s3-store.ts');
  return new S3Store(options);
}
