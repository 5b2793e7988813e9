import type { GcsStoreOptions } from './gcs/options.ts';
import type { ObjectStore } from './store.ts';

/**
 * A bucket of Google Cloud Storage, or what lies below a prefix of it, by its JSON API. The bucket must exist; `prepare`
 * looks that it does. Single requests are not tried again here. Every storage class can be read at once.
 *
 * Throws `storage-refused` for credentials that are no key of a service account, and `storage-failed` when a file of
 * authorities can't be read; no request is made.
 */
export async function openGcsStore(options: GcsStoreOptions): Promise<ObjectStore> {
  const { openBucket } = await import('./gcs/gcs-store.ts');
  return openBucket(options);
}
