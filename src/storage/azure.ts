import type { AzureStoreOptions } from './azure/options.ts';
import type { ObjectStore } from './store.ts';

/**
 * A container of Azure Blob Storage, or what lies below a prefix of it, as block blobs. The container must exist; `prepare`
 * looks that it does. Single requests are not tried again here.
 *
 * `archive` is always there: a rule of the account may move blobs to the archive tier at any time.
 *
 * Throws `storage-failed` when a file of authorities can't be read; no request is made.
 */
export async function openAzureStore(options: AzureStoreOptions): Promise<ObjectStore> {
  const { openContainer } = await import('./azure/azure-store.ts');
  return await openContainer(options);
}
