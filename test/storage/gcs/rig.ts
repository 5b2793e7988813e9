import { randomUUID } from 'node:crypto';
import { openGcsStore } from '../../../src/storage/gcs.ts';
import type { GcsStoreOptions } from '../../../src/storage/gcs/options.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import type { GcsServer } from '../../servers/gcs.ts';
import type { Bucket } from '../../servers/gcs/buckets.ts';

/** A new bucket, and how muster opens it. */
export interface TestBucket {
  readonly bucket: Bucket;
  readonly options: GcsStoreOptions;
  readonly open: (changes?: Partial<GcsStoreOptions>) => Promise<ObjectStore>;
}

export function makeBucket(server: GcsServer, kind: Pick<Bucket, 'versions'> = { versions: 'none' }): TestBucket {
  const bucket = server.buckets.make(`muster-${randomUUID()}`, kind);
  const options = optionsFor(server, bucket.name);
  return { bucket, options, open: (changes = {}) => openGcsStore({ ...options, ...changes }) };
}

export function optionsFor({ endpoint, login }: GcsServer, bucket: string): GcsStoreOptions {
  return { bucket, prefix: '', endpoint, ca: undefined, storageClass: undefined, credentials: login.serviceAccount };
}
