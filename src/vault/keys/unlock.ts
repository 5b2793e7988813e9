import { codeOf, MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { RepositoryConfig } from '../format/config.ts';
import { openConfig } from '../format/config.ts';
import { damage } from '../format/damage.ts';
import type { KeySlot } from '../format/key-slot.ts';
import { openKeySlot } from '../format/key-slot.ts';
import type { MasterKey } from '../format/master-key.ts';
import { idInName, objectName } from '../format/names.ts';
import type { Sealer } from '../format/seal.ts';
import { createSealer } from '../format/seal.ts';
import type { Id } from '../repository.ts';
import { allAhead } from '../worker/ahead.ts';

export interface UnlockRequest {
  readonly store: ObjectStore;
  readonly sealedConfig: Uint8Array;
  readonly passphrase: string;
  /** Tried before the others: each try costs 0.4 s. */
  readonly firstSlot?: Id | undefined;
}

export interface Unlocked {
  readonly master: MasterKey;
  readonly sealer: Sealer;
  readonly config: RepositoryConfig;
  /** The slot that the passphrase opened. */
  readonly slot: Id;
}

/**
 * Tries one slot after the other. A slot that isn't of this repository (from a creation that was cut off) opens nothing.
 * Throws `wrong-passphrase`, `empty-passphrase`, `object-damaged`.
 */
export async function unlock(request: UnlockRequest): Promise<Unlocked> {
  const { store, passphrase, sealedConfig, firstSlot } = request;
  let tried = 0;
  let reason: MusterError = wrongPassphrase(store);
  for await (const slot of slotsToTry(store, firstSlot)) {
    tried += 1;
    try {
      const opened = await trySlot(slot, passphrase, sealedConfig);
      if (opened !== undefined) return opened;
    } catch (error) {
      if (!(error instanceof MusterError) || error.code === 'empty-passphrase') throw error;
      reason = error;
    }
  }
  if (tried === 0) throw damage('object-damaged', `the vault in ${store.description}`, 'it has no key slot');
  throw reason;
}

/** The others are looked for only when the first is not enough. */
async function* slotsToTry(store: ObjectStore, firstSlot: Id | undefined): AsyncGenerator<KeySlot> {
  const first = firstSlot === undefined ? undefined : await slotIfThere(store, firstSlot);
  if (first !== undefined) yield first;
  for (const slot of await readSlots(store)) if (slot.id !== first?.id) yield slot;
}

/** Undefined when it is gone, or can't be one. */
async function slotIfThere(store: ObjectStore, id: Id): Promise<KeySlot | undefined> {
  try {
    return { id, bytes: await store.get(objectName('keys', id), { offset: 0, length: slotLimit }) };
  } catch (error) {
    if (codeOf(error) === 'object-missing' || codeOf(error) === 'bad-object-name') return undefined;
    throw error;
  }
}

/** Undefined when the passphrase does not fit. Throws `object-damaged`. */
export async function trySlot(
  slot: KeySlot,
  passphrase: string,
  sealedConfig: Uint8Array,
): Promise<Unlocked | undefined> {
  const master = await openKeySlot(slot, passphrase);
  if (master === 'wrong') return undefined;
  if (master === 'damaged')
    throw damage('object-damaged', `the key slot keys/${slot.id}`, 'it is not what was written');
  const sealer = createSealer(master);
  return { master, sealer, config: openConfig(sealer, sealedConfig), slot: slot.id };
}

/** Every key slot of a vault; needs no key. */
export async function readSlots(store: ObjectStore): Promise<readonly KeySlot[]> {
  const ids: Id[] = [];
  for await (const { name, size } of store.list('keys/')) {
    const id = idInName('keys', name);
    if (id && size <= slotLimit) ids.push(id);
  }
  const load = async (id: Id): Promise<KeySlot> => ({ id, bytes: await store.get(objectName('keys', id)) });
  return await allAhead(ids, { load, atOnce: store.facts.concurrency });
}

/** No honest key file is longer. */
const slotLimit = 2 ** 16;

function wrongPassphrase(store: ObjectStore): MusterError {
  return new MusterError(`the passphrase does not open the vault in ${store.description}`, {
    code: 'wrong-passphrase',
    hint: 'Check the secret that the key in the plan names, also for a missing or extra line end.',
  });
}
