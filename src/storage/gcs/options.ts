import type { GcsStorage } from '../../plan/model/storage.ts';

/** Where and how, with every secret resolved. */
export interface GcsStoreOptions extends Pick<GcsStorage, 'bucket' | 'prefix' | 'endpoint' | 'ca' | 'storageClass'> {
  /** JSON of a service account's key. Undefined: the default chain of Google's tools. */
  readonly credentials?: string | undefined;
  /** Requests at once; default 8. */
  readonly connections?: number | undefined;
}
