import type { Clock } from '../base/clock.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { ObjectStore } from '../storage/store.ts';
import { openCache } from './cache/open-cache.ts';
import { configName } from './format/names.ts';
import { JsonObjects } from './format/objects.ts';
import type { OnDamagedIndex } from './index/read-index.ts';
import { listIndex, readIndex } from './index/read-index.ts';
import { unlock } from './keys/unlock.ts';
import type { LockHolder } from './lock/lock-file.ts';
import { holderHere } from './lock/lock-file.ts';
import type { Id, Repository } from './repository.ts';

export interface OpenOptions {
  readonly store: ObjectStore;
  readonly passphrase: string;
  readonly clock: Clock;
  /** The key slot to try first: the one that this passphrase opened before. */
  readonly firstSlot?: Id | undefined;
  /** Whom its locks name; default: this process. */
  readonly identity?: LockHolder;
  /** Gets index files that can't be read, for a repair; without it they are refused. */
  readonly onDamagedIndex?: OnDamagedIndex | undefined;
  /** Where index files, snapshots and folders of vaults in remote stores are kept at hand; undefined: nowhere. */
  readonly cacheFolder?: string | undefined;
}

/**
 * Opens what `createRepository` or `restic init` made, with the passphrase of any of its key slots. Throws
 * `vault-missing`, `wrong-passphrase`, `empty-passphrase`, `object-damaged`, `index-damaged`.
 */
export async function openRepository(options: OpenOptions): Promise<Repository> {
  const { store, clock } = options;
  const { passphrase, firstSlot, cacheFolder, onDamagedIndex } = options;
  const [reading, listed] = [readConfig(store), listIndex(store)];
  // Whether there is a vault at all, and who may open it, is told first.
  listed.catch(() => undefined);
  const sealed = await reading;
  const { sealer, config, slot } = await unlock({ store, sealedConfig: sealed, passphrase, firstSlot });
  // Deriving the key takes 32 MiB for a while: what is loaded only then does not add to the most that is ever taken.
  const { OpenRepository } = await import('./open-repository.ts');
  const cache = await openCache(store, config.id, cacheFolder);
  const objects = new JsonObjects({ store, sealer, version: config.version, cache });
  const index = await readIndex(objects, onDamagedIndex, listed);
  const holder = options.identity ?? holderHere();
  const parts = { objects, sealer, config, index, clock, holder, onDamagedIndex, cache };
  return new OpenRepository({ ...parts, keySlot: slot, sealedConfig: sealed });
}

/** The sealed `config`. Throws `vault-missing`. */
export async function readConfig(store: ObjectStore): Promise<Buffer> {
  try {
    return await store.get(configName);
  } catch (error) {
    if (codeOf(error) !== 'object-missing') throw error;
    throw new MusterError(`there is no vault in ${store.description}`, {
      code: 'vault-missing',
      hint: 'Check the path of the storage target and that its disk is mounted.',
      cause: error,
    });
  }
}
