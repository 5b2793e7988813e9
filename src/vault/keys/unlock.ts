import { MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { RepositoryConfig } from '../format/config.ts';
import { openConfig } from '../format/config.ts';
import { damage } from '../format/damage.ts';
import type { KeySlot } from '../format/key-slot.ts';
import { openKeySlot } from '../format/key-slot.ts';
import type { MasterKey } from '../format/master-key.ts';
import { idInName } from '../format/names.ts';
import type { Sealer } from '../format/seal.ts';
import { createSealer } from '../format/seal.ts';
import type { Id } from '../repository.ts';

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
  const slots = await readSlots(store);
  if (slots.length === 0) throw damage('object-damaged', `the vault in ${store.description}`, 'it has no key slot');
  let reason: MusterError = wrongPassphrase(store);
  for (const slot of firstOf(slots, firstSlot)) {
    try {
      const opened = await trySlot(slot, passphrase, sealedConfig);
      if (opened !== undefined) return opened;
    } catch (error) {
      if (!(error instanceof MusterError) || error.code === 'empty-passphrase') throw error;
      reason = error;
    }
  }
  throw reason;
}

function firstOf(slots: readonly KeySlot[], first: Id | undefined): readonly KeySlot[] {
  return slots.toSorted((a, b) => Number(b.id === first) - Number(a.id === first));
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
  const slots: KeySlot[] = [];
  for await (const info of store.list('keys/')) {
    const id = idInName('keys', info.name);
    if (id && info.size <= slotLimit) slots.push({ id, bytes: await store.get(info.name) });
  }
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
