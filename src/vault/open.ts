import type { Clock } from '../base/clock.ts';
import { codeOf, MusterError } from '../base/error.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { RepositoryConfig } from './format/config.ts';
import { openConfig } from './format/config.ts';
import { damage } from './format/damage.ts';
import type { KeySlot } from './format/key-slot.ts';
import { openKeySlot } from './format/key-slot.ts';
import { configName, idInName } from './format/names.ts';
import { JsonObjects } from './format/objects.ts';
import type { Sealer } from './format/seal.ts';
import { createSealer } from './format/seal.ts';
import { readIndex } from './index/read-index.ts';
import type { LockHolder } from './lock/lock-file.ts';
import { holderHere } from './lock/lock-file.ts';
import { OpenRepository } from './open-repository.ts';
import type { Repository } from './repository.ts';

export interface OpenOptions {
  readonly store: ObjectStore;
  readonly passphrase: string;
  readonly clock: Clock;
  /** Whom its locks name; default: this process. */
  readonly identity?: LockHolder;
}

/**
 * Opens what `createRepository` or `restic init` made, with the passphrase of any of its key slots. Throws
 * `vault-missing`, `wrong-passphrase`, `empty-passphrase`, `object-damaged`, `index-damaged`.
 */
export async function openRepository(options: OpenOptions): Promise<Repository> {
  const { store, clock } = options;
  const sealed = await readConfig(store);
  const { sealer, config } = await unlock(store, options.passphrase, sealed);
  const objects = new JsonObjects({ store, sealer, version: config.version });
  const index = await readIndex(objects);
  return new OpenRepository({ objects, sealer, config, index, clock, holder: options.identity ?? holderHere() });
}

async function readConfig(store: ObjectStore): Promise<Buffer> {
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

interface Unlocked {
  readonly sealer: Sealer;
  readonly config: RepositoryConfig;
}

/** Tries one slot after the other. A slot that isn't of this repository (from a creation that was cut off) opens nothing. */
async function unlock(store: ObjectStore, passphrase: string, sealedConfig: Buffer): Promise<Unlocked> {
  let reason: MusterError = wrongPassphrase(store);
  for (const slot of await readSlots(store)) {
    const master = await openKeySlot(slot, passphrase);
    if (master === 'wrong') continue;
    try {
      if (master === 'damaged')
        throw damage('object-damaged', `the key slot keys/${slot.id}`, 'it is not what was written');
      const sealer = createSealer(master);
      return { sealer, config: openConfig(sealer, sealedConfig) };
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      reason = error;
    }
  }
  throw reason;
}

async function readSlots(store: ObjectStore): Promise<readonly KeySlot[]> {
  const slots: KeySlot[] = [];
  for await (const info of store.list('keys/')) {
    const id = idInName('keys', info.name);
    if (id && info.size <= slotLimit) slots.push({ id, bytes: await store.get(info.name) });
  }
  if (slots.length === 0) throw damage('object-damaged', `the vault in ${store.description}`, 'it has no key slot');
  return slots;
}

/** No honest key file is longer. */
const slotLimit = 2 ** 16;

function wrongPassphrase(store: ObjectStore): MusterError {
  return new MusterError(`the passphrase does not open the vault in ${store.description}`, {
    code: 'wrong-passphrase',
    hint: 'Check the secret that the key in the plan names, also for a missing or extra line end.',
  });
}
