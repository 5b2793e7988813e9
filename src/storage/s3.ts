import type { S3StoreOptions } from './s3/options.ts';
import type { ObjectStore } from './store.ts';

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
