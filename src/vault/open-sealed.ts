import type { ObjectStore } from '../storage/store.ts';
import { unlock } from './keys/unlock.ts';
import { readConfig } from './open.ts';
import { sealedObjectsOf, type SealedObjects } from './sealed.ts';

export interface OpenSealedOptions {
  readonly store: ObjectStore;
  readonly passphrase: string;
  /** The key slot to try first: the one that this passphrase opened before. */
  readonly firstSlot?: string | undefined;
}

/**
 * Opens what muster keeps beside the repository, without the repository: no index is read. Throws `vault-missing`,
 * `wrong-passphrase`, `empty-passphrase`, `object-damaged`.
 */
export async function openSealed(
  options: OpenSealedOptions,
): Promise<{ readonly sealed: SealedObjects; readonly keySlot: string }> {
  const { store } = options;
  const { sealer, slot } = await unlock({ ...options, sealedConfig: await readConfig(store) });
  return { sealed: sealedObjectsOf({ store, sealer }), keySlot: slot };
}
