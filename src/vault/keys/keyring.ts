import type { Clock } from '../../base/clock.ts';
import { MusterError } from '../../base/error.ts';
import type { ObjectStore } from '../../storage/store.ts';
import type { KeySlot, ScryptCost } from '../format/key-slot.ts';
import { createKeySlot, defaultCost } from '../format/key-slot.ts';
import { objectName } from '../format/names.ts';
import { JsonObjects } from '../format/objects.ts';
import { holderHere } from '../lock/lock-file.ts';
import { takeLock } from '../lock/take-lock.ts';
import { readConfig } from '../open.ts';
import type { Id } from '../repository.ts';
import type { SlotFacts } from './slot-facts.ts';
import { factsOf } from './slot-facts.ts';
import type { Unlocked } from './unlock.ts';
import { readSlots, trySlot, unlock } from './unlock.ts';

export interface OpenKeyringOptions {
  readonly store: ObjectStore;
  readonly passphrase: string;
  readonly clock: Clock;
  readonly firstSlot?: Id | undefined;
  /** Of slots that are added; default: 32 MiB and 0.4 s. */
  readonly cost?: ScryptCost;
}

/** The key slots of a vault: who can open it. The master key that they wrap stays the same. */
export interface Keyring {
  /** The slot that opened it. */
  readonly opened: Id;
  /** Oldest first. */
  list(): Promise<readonly SlotFacts[]>;
  /** The slots that a passphrase opens; 0.4 s for each slot. `first` is tried before the others and ends the search. */
  opensWith(passphrase: string, first?: Id): Promise<readonly Id[]>;
  /** Makes a slot that muster and restic open, and opens it once. Throws `too-many-keys`, `empty-passphrase`. */
  add(passphrase: string): Promise<Id>;
  /** Throws `key-missing`; `key-last` for the last one. */
  remove(slot: Id): Promise<void>;
}

/** Throws what opening a vault throws: `vault-missing`, `wrong-passphrase` … */
export async function openKeyring(options: OpenKeyringOptions): Promise<Keyring> {
  const { store, passphrase, firstSlot } = options;
  const sealedConfig = await readConfig(store);
  const unlocked = await unlock({ store, sealedConfig, passphrase, firstSlot });
  const ring: Ring = { ...options, sealedConfig, unlocked };
  return {
    opened: unlocked.slot,
    list: async () => (await readSlots(store)).map(factsOf).toSorted(byAge),
    opensWith: (wanted, first) => opensWith(ring, wanted, first),
    add: (added) => locked(ring, 'shared', () => add(ring, added)),
    remove: (slot) => locked(ring, 'exclusive', () => remove(ring, slot)),
  };
}

interface Ring extends OpenKeyringOptions {
  readonly sealedConfig: Buffer;
  readonly unlocked: Unlocked;
}

function byAge(a: SlotFacts, b: SlotFacts): number {
  return (a.created ?? 0) - (b.created ?? 0) || (a.id < b.id ? -1 : 1);
}

async function opensWith({ store, sealedConfig }: Ring, passphrase: string, first?: Id): Promise<readonly Id[]> {
  const slots = await readSlots(store);
  const known = slots.find(({ id }) => id === first);
  if (known && (await opens(known, passphrase, sealedConfig))) return [known.id];
  const found: Id[] = [];
  for (const slot of slots) if (slot !== known && (await opens(slot, passphrase, sealedConfig))) found.push(slot.id);
  return found;
}

/** A slot that is damaged, or of another vault, opens nothing. */
async function opens(slot: KeySlot, passphrase: string, sealedConfig: Buffer): Promise<boolean> {
  try {
    return (await trySlot(slot, passphrase, sealedConfig)) !== undefined;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'object-damaged') return false;
    throw error;
  }
}

/** As restic does: adding goes beside backups, removing wants the vault for itself. */
async function locked<T>(ring: Ring, kind: 'shared' | 'exclusive', work: () => Promise<T>): Promise<T> {
  const { store, clock, unlocked } = ring;
  const objects = new JsonObjects({ store, sealer: unlocked.sealer, version: unlocked.config.version });
  const lock = await takeLock({ objects, clock, holder: holderHere(), kind });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** restic tries no more of them. */
const slotsAtMost = 20;

async function add({ store, sealedConfig, unlocked, clock, cost }: Ring, passphrase: string): Promise<Id> {
  if ((await readSlots(store)).length >= slotsAtMost) throw tooMany(store);
  const { username } = holderHere();
  const { master } = unlocked;
  const slot = await createKeySlot({ master, passphrase, cost: cost ?? defaultCost, username, clock });
  await store.put(objectName('keys', slot.id), slot.bytes);
  const stored = await store.get(objectName('keys', slot.id));
  if (await opens({ id: slot.id, bytes: stored }, passphrase, sealedConfig)) return slot.id;
  await store.remove(objectName('keys', slot.id));
  throw new MusterError(`the new key slot in ${store.description} could not be read back`, {
    code: 'object-damaged',
    hint: 'Check the disk of the storage target, then add the key again.',
  });
}

async function remove({ store }: Ring, slot: Id): Promise<void> {
  const slots = await readSlots(store);
  if (!slots.some(({ id }) => id === slot)) throw missing(store, slot);
  if (slots.length === 1) throw last(store);
  await store.remove(objectName('keys', slot));
}

function tooMany(store: ObjectStore): MusterError {
  return new MusterError(`the vault in ${store.description} has ${slotsAtMost} key slots, and restic tries no more`, {
    code: 'too-many-keys',
    hint: 'Remove one that nobody needs with muster keys remove.',
  });
}

function missing(store: ObjectStore, slot: Id): MusterError {
  return new MusterError(`the vault in ${store.description} has no key slot ${slot.slice(0, 8)}`, {
    code: 'key-missing',
    hint: 'muster keys list shows them.',
  });
}

function last(store: ObjectStore): MusterError {
  return new MusterError(`the key slot is the last one of the vault in ${store.description}`, {
    code: 'key-last',
    hint: 'Add another key with muster keys add first: without a slot nobody can open the vault again.',
  });
}
