import { MusterError } from '../base/error.ts';
import type { ResolveSecret } from '../base/secret.ts';
import type { Storage } from '../plan/model/storage.ts';
import type { ObjectStore } from '../storage/store.ts';

export interface StoreNeeds {
  /** Credentials are looked up when a store is opened, and go nowhere else. */
  readonly resolveSecret: ResolveSecret;
}

type Kind = Storage['type'];
type StorageOf<K extends Kind> = Extract<Storage, { readonly type: K }>;
type Opener<K extends Kind> = (storage: StorageOf<K>, needs: StoreNeeds) => Promise<ObjectStore>;
type Openers = { readonly [K in Kind]?: Opener<K> };

/** Opens the object store of a storage target; libraries are loaded for the kind that is asked for. */
export async function openStore(storage: Storage, needs: StoreNeeds): Promise<ObjectStore> {
  // The opener is that of the very kind.
  const open = openers[storage.type] as Opener<Kind> | undefined;
  if (open !== undefined) return await open(storage, needs);
  throw new MusterError(`storage of the type ${storage.type} can't be opened`, { code: 'storage-failed' });
}

const openers: Openers = {
  local: async ({ path }) => {
    const { openLocalStore } = await import('../storage/local.ts');
    return openLocalStore({ folder: path });
  },
};
