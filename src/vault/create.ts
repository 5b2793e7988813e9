import type { Clock } from '../base/clock.ts';
import { MusterError } from '../base/error.ts';
import { usernameHere } from '../base/process.ts';
import type { ObjectStore } from '../storage/store.ts';
import { openCache } from './cache/open-cache.ts';
import { newConfig, sealConfig } from './format/config.ts';
import type { KeySlot, ScryptCost } from './format/key-slot.ts';
import { createKeySlot, defaultCost } from './format/key-slot.ts';
import type { MasterKey } from './format/master-key.ts';
import { randomMasterKey } from './format/master-key.ts';
import { configName, objectName, repositoryFolders } from './format/names.ts';
import { JsonObjects } from './format/objects.ts';
import { createSealer } from './format/seal.ts';
import { BlobIndex } from './index/blob-index.ts';
import type { LockHolder } from './lock/lock-file.ts';
import { holderHere } from './lock/lock-file.ts';
import { OpenRepository } from './open-repository.ts';
import type { Repository } from './repository.ts';

export interface CreateOptions {
  readonly store: ObjectStore;
  /** A key slot for each; any of them opens the repository. At least one, none empty. */
  readonly passphrases: readonly string[];
  readonly clock: Clock;
  /** How much work a passphrase takes; default: 32 MiB and 0.4 s. */
  readonly cost?: ScryptCost;
  readonly identity?: LockHolder;
  /** Where files are cut; default: a random one. */
  readonly polynomial?: bigint;
  /** What encrypts everything; default: a random one. Packs can go between repositories with the same one as they are. */
  readonly master?: MasterKey;
  /** As of `OpenOptions`. */
  readonly cacheFolder?: string | undefined;
}

/**
 * Makes an empty repository of format 2. `config` is written last and only if there is none, so a creation that was
 * cut off can be repeated, and of two at once one throws. Throws `vault-exists`, `empty-passphrase`.
 */
export async function createRepository(options: CreateOptions): Promise<Repository> {
  const { store, clock } = options;
  await refuseExisting(store);
  const [master, config] = [options.master ?? randomMasterKey(), newConfig(options.polynomial)];
  const sealer = createSealer(master);
  const slots = await createSlots(options, master);
  await store.prepare?.(repositoryFolders());
  const strays = await namesOf(store, 'keys/');
  for (const slot of slots) await store.put(objectName('keys', slot.id), slot.bytes);
  const sealedConfig = sealConfig(sealer, config);
  if (!(await store.putNew(configName, sealedConfig))) return await giveWay(store, slots);
  // These were there before the config, so they can't belong to it; restic would stumble over them.
  for (const name of strays) await store.remove(name);
  const cache = await openCache(store, config.id, options.cacheFolder);
  const objects = new JsonObjects({ store, sealer, version: config.version, cache });
  const holder = options.identity ?? holderHere();
  const keySlot = slots[0]?.id ?? '';
  const parts = { objects, sealer, config, sealedConfig, clock, holder, keySlot, cache };
  return new OpenRepository({ ...parts, index: new BlobIndex() });
}

async function refuseExisting(store: ObjectStore): Promise<void> {
  if ((await store.size(configName)) !== undefined) throw exists(store);
  for (const prefix of ['snapshots/', 'index/']) {
    if ((await namesOf(store, prefix)).length > 0) throw withoutConfig(store);
  }
}

async function createSlots(options: CreateOptions, master: ReturnType<typeof randomMasterKey>): Promise<KeySlot[]> {
  if (options.passphrases.length === 0) throw new RangeError('a repository needs a passphrase');
  const slots: KeySlot[] = [];
  const shared = { master, cost: options.cost ?? defaultCost, username: usernameHere(), clock: options.clock };
  for (const passphrase of options.passphrases) slots.push(await createKeySlot({ ...shared, passphrase }));
  return slots;
}

async function namesOf(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
}

/** Another has just made one here: its keys stay, these go. */
async function giveWay(store: ObjectStore, slots: readonly KeySlot[]): Promise<never> {
  for (const slot of slots) await store.remove(objectName('keys', slot.id));
  throw exists(store);
}

function exists(store: ObjectStore): MusterError {
  return new MusterError(`there is a vault in ${store.description} already`, {
    code: 'vault-exists',
    hint: 'Open it with its passphrase, or choose an empty place.',
  });
}

function withoutConfig(store: ObjectStore): MusterError {
  return new MusterError(`${store.description} holds a vault whose config is missing`, {
    code: 'object-damaged',
    hint: 'Bring `config` back from another copy of this very place; a new vault would not open the old backups.',
  });
}
