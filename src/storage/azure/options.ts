import type { AzureStorage } from '../../plan/model/storage.ts';

/** Where and how, with every secret resolved. */
export interface AzureStoreOptions extends Pick<
  AzureStorage,
  'account' | 'container' | 'prefix' | 'endpoint' | 'ca' | 'accessTier'
> {
  /** Undefined: the default chain of Azure's tools. */
  readonly credentials?: AzureCredentials | undefined;
  /** Requests at once; default 8. */
  readonly connections?: number | undefined;
}

export type AzureCredentials = { readonly accountKey: string } | { readonly sas: string };
