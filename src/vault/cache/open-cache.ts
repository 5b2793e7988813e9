import type { ObjectStore } from '../../storage/store.ts';
import type { Id } from '../id.ts';
import { MetadataCache } from './metadata-cache.ts';

/** A vault in a folder of this machine needs none. */
export async function openCache(
  store: ObjectStore,
  vault: Id,
  folder: string | undefined,
): Promise<MetadataCache | undefined> {
  if (folder === undefined || store.facts.folder !== undefined) return undefined;
  return await MetadataCache.open({ folder, vault });
}
